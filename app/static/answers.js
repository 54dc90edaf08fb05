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

const bodyOf = (block, files, decision) => {
  const key = block.dataset.key;
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("key", key);
  body.set("seen", form.elements[`${decision ? "theirs" : "seen"}-${key}`].value);
  if (decision) body.set("decision", decision);
  const note = form.elements[`note-${key}`];
  if (note) body.set("note", note.value);
  for (const value of values(`a-${key}`)) body.append("given", value);
  for (const file of files) body.append("files", file);
  return body;
};

// Words that are not saved keep the person from leaving unasked; words.js keeps them in the tab.
const stuck = new Map();
const unsaved = (block, files) => {
  stuck.set(block, [...(stuck.get(block) || []), ...files]);
  form.dataset.unsaved = "yes";
};
const saved = (block, sent) => {
  stuck.delete(block);
  if (!stuck.size) delete form.dataset.unsaved;
  for (const [field, value, checked] of sent) {
    if (field.type === "radio" || field.type === "checkbox") field.defaultChecked = checked;
    else if (field.type !== "hidden" && field.type !== "file") field.defaultValue = value;
  }
  form.dispatchEvent(new Event("portal:saved", { bubbles: true }));
};

// Two people on one answer: theirs is shown beside one's own, and nothing is sent until one of them is chosen.
const stop = (block, theirs) => {
  const both = block.querySelector("[data-both]");
  if (!both) return;
  const put = (name, words) => { both.querySelector(`[data-${name}]`).textContent = words; };
  put("who", theirs.who);
  put("when", theirs.when);
  put("words", theirs.words || "No answer");
  put("note", theirs.note);
  both.querySelector("[data-note-line]").hidden = !theirs.note;
  form.elements[`theirs-${block.dataset.key}`].value = theirs.seen;
  both.hidden = false;
};
const isStopped = (block) => block.querySelector("[data-both]")?.hidden === false;

const settleAnswer = (block, answer, sent, decision) => {
  const key = block.dataset.key;
  complain(block, answer.problem || "");
  if (answer.problem) {
    if (answer.theirs) stop(block, answer.theirs);
    unsaved(block, []);
    say("Not saved; see beside the question.");
    return;
  }
  if (decision) block.querySelector("[data-both]").hidden = true;
  form.elements[`seen-${key}`].value = answer.seen;
  saved(block, sent);
  say(answer.saved);
  if (progress) progress.textContent = answer.words;
  const current = document.querySelector(".steps [aria-current] [data-count]");
  if (current) current.textContent = answer.section;
  if (answer.files || decision) flush().then(() => location.reload());
};

const refuse = (block, files, status) => {
  unsaved(block, files);
  if (status === 400 || status === 401) {
    say("Not saved: you are signed out. Sign in here in another tab; your words stay on this page.");
    document.dispatchEvent(new Event("portal:look"));
  } else if (status === 413) {
    say("Not saved: the files are larger than this page takes at once. Choose smaller ones, or send them one after the other.");
  } else if (status < 500) {
    say("Not saved: this form takes no more answers from you; perhaps a colleague has handed it in. Your words stay on this page.");
  } else {
    throw new Error("no answer");
  }
};

// Files that were refused stay chosen: the form sends them again, so that its page says so again instead of dropping them.
const giveBack = (block, files) => {
  const field = block.querySelector("input[type=file]");
  if (!field || !files.length) return;
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  field.files = chosen.files;
};

const send = async (block, files = [], decision = "") => {
  waiting.delete(block);
  if (isStopped(block) && !decision && !files.length) { unsaved(block, []); say("Not saved; choose an answer beside the question."); return; }
  say("Saving …");
  const sent = [...block.querySelectorAll("input, textarea")].map((field) => [field, field.value, field.checked]);
  try {
    const reply = await fetch(form.dataset.save, { method: "POST", body: bodyOf(block, files, decision), keepalive: document.visibilityState === "hidden" });
    const isJson = !reply.redirected && (reply.headers.get("content-type") || "").includes("json");
    if (isJson) {
      const answer = await reply.json();
      settleAnswer(block, answer, sent, decision);
      if (answer.problem && !answer.theirs) giveBack(block, files);
    }
    else refuse(block, files, reply.redirected ? 401 : reply.status);
  } catch {
    say("Not saved yet: the portal cannot be reached. Your words stay on this page, and it tries again.");
    unsaved(block, []);
    if (!files.length) later(block, 5000);
  }
};
const soon = (block, files, decision) => {
  onTheWay += 1;
  chain = chain.then(() => send(block, files, decision)).finally(() => { onTheWay -= 1; });
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
  form.addEventListener("click", (event) => {
    if (event.target.name !== "decide") return;
    event.preventDefault();
    const block = event.target.closest(".question");
    soon(block, [], event.target.value.slice(block.dataset.key.length + 1));
  });
  document.addEventListener("portal:signed-in", () => {
    for (const [block, files] of [...stuck]) { stuck.delete(block); if (!isStopped(block)) soon(block, files); }
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
