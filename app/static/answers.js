// Comfort only: answers are kept as they are typed, and questions come up as soon as they apply.
"use strict";

const blocks = [...document.querySelectorAll(".question")];
const values = (name) => [...document.getElementsByName(name)]
  .filter((one) => one.type === "radio" || one.type === "checkbox" ? one.checked : !one.disabled)
  .map((one) => one.value);

// A question whose condition stands on this page is shown or hidden at once; others wait for the portal's word.
const settle = () => {
  for (const block of blocks) {
    if (!block.dataset.shownIf) continue;
    const { name, answers } = JSON.parse(block.dataset.shownIf);
    const fields = document.getElementsByName(name);
    if (!fields.length) continue;
    const parent = fields[0].closest(".question");
    block.hidden = parent.hidden || !values(name).some((one) => answers.includes(one));
  }
};
document.addEventListener("change", settle);
settle();

const form = document.querySelector("form[data-save]");
const status = document.querySelector("[data-saved]");
const progress = document.querySelector("[data-answered]");
const waiting = new Map();
let chain = Promise.resolve();
let onTheWay = 0;

const say = (words) => { if (status && status.textContent !== words) status.textContent = words; };
const complain = (block, sentence) => {
  const place = block.querySelector("[data-problem]");
  place.querySelector("[data-sentence]").textContent = sentence;
  place.hidden = !sentence;
  block.classList.toggle("wrong", Boolean(sentence));
};

const bodyOf = (block, files) => {
  const key = block.dataset.key;
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("key", key);
  body.set("seen", form.elements[`seen-${key}`].value);
  const note = form.elements[`note-${key}`];
  if (note) body.set("note", note.value);
  for (const value of values(`a-${key}`)) body.append("given", value);
  for (const file of files) body.append("files", file);
  return body;
};

const settleAnswer = (block, answer) => {
  const key = block.dataset.key;
  if (answer.seen !== undefined) form.elements[`seen-${key}`].value = answer.seen;
  complain(block, answer.problem || "");
  if (answer.problem) { say("Not saved; see beside the question."); return; }
  say(answer.saved);
  if (progress) progress.textContent = answer.words;
  const current = document.querySelector(".steps [aria-current] [data-count]");
  if (current) current.textContent = answer.section;
  if (answer.files) location.reload();
};

const send = async (block, files = []) => {
  waiting.delete(block);
  say("Saving …");
  try {
    const reply = await fetch(form.dataset.save, { method: "POST", body: bodyOf(block, files), keepalive: document.visibilityState === "hidden" });
    if (reply.status === 401 || reply.status === 403) { say("Not saved: you are signed out. Sign in again in another tab; your words stay on this page."); later(block, 5000); return; }
    if (reply.redirected || !(reply.headers.get("content-type") || "").includes("json")) throw new Error("no answer");
    settleAnswer(block, await reply.json());
  } catch {
    say("Not saved yet: the portal cannot be reached. Your words stay on this page, and it tries again.");
    if (!files.length) later(block, 5000);
  }
};
const soon = (block, files) => {
  onTheWay += 1;
  chain = chain.then(() => send(block, files)).finally(() => { onTheWay -= 1; });
  return chain;
};
const later = (block, pause) => {
  clearTimeout(waiting.get(block));
  waiting.set(block, setTimeout(() => soon(block), pause));
};
const flush = () => {
  for (const [block, timer] of waiting) { clearTimeout(timer); soon(block); }
  return chain;
};

if (form) {
  form.addEventListener("input", (event) => {
    const block = event.target.closest(".question");
    if (!block || event.target.type === "file") return;
    say("Typing …");
    later(block, event.target.matches("textarea, input:not([type=radio], [type=checkbox])") ? 800 : 50);
  });
  form.addEventListener("change", (event) => {
    const block = event.target.closest(".question");
    if (!block || event.target.type !== "file" || !event.target.files.length) return;
    const files = [...event.target.files];
    event.target.value = "";
    flush().then(() => soon(block, files));
  });
  for (const button of form.querySelectorAll("[data-upload]")) button.hidden = true;
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(); });

  // Whoever presses a button while something is on its way waits for it, so that nobody overtakes themselves.
  let isSettled = false;
  form.addEventListener("submit", (event) => {
    if (isSettled || (!waiting.size && !onTheWay)) return;
    event.preventDefault();
    const { submitter } = event;
    flush().then(() => setTimeout(() => { isSettled = true; form.requestSubmit(submitter); }));
  });
}
