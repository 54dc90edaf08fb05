// Comfort only: every page works without this file.
"use strict";

// Menus stand open beside the page where there is room for them.
const wide = matchMedia("(min-width: 79.01rem)");
for (const menu of document.querySelectorAll(".places > details, .side > details")) {
  const settle = () => { menu.open = wide.matches; };
  settle();
  wide.addEventListener("change", settle);
}

// A stroke leads to the search from anywhere but a field.
const find = document.getElementById("find");
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !find?.checkVisibility()) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  event.preventDefault();
  find.focus();
});

// A menu that drops down closes when one leaves it, or by Escape.
for (const drop of document.querySelectorAll(".drop")) {
  drop.addEventListener("focusout", (event) => { if (event.relatedTarget && !drop.contains(event.relatedTarget)) drop.open = false; });
  drop.addEventListener("keydown", (event) => { if (event.key === "Escape") { drop.open = false; drop.querySelector("summary").focus(); } });
}

// The error summary is where the reader goes first.
document.querySelector(".problems")?.focus();

// One box ticks them all.
const ticks = document.querySelectorAll("tbody [name=rowid]");
const corner = document.querySelector("thead .tick");
if (ticks.length && corner) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "Tick every row of this page");
  all.addEventListener("change", () => ticks.forEach((tick) => { tick.checked = all.checked; }));
  corner.append(all);
}

// A whole column of a work table, ticked or copied from the one to its left; without this the server answers the button.
for (const button of document.querySelectorAll(".abreast-cells .all td button")) {
  const column = button.closest("td").cellIndex;
  const boxes = (place) => [...button.closest("tbody").rows].map((row) => row.cells[place].querySelector("input"));
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const left = boxes(column - 1);
    boxes(column).forEach((box, row) => {
      if (!box) return;
      box.checked = button.name === "tick" || left[row].checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
}

// A button that names how many are ticked says how many there are now.
for (const button of document.querySelectorAll("[data-counted]")) {
  const [one, several] = button.dataset.counted.split("|");
  const count = () => {
    const number = button.form.querySelectorAll(".counted:checked, [name=rowid]:checked").length;
    button.textContent = (number === 1 ? one : several).replace("#", number);
  };
  button.form.addEventListener("change", count);
  addEventListener("load", count);
}

// Where the choices are too many for the page, those that fit appear while words are typed; the server reads them anyway.
for (const input of document.querySelectorAll("[data-lookup]")) {
  let waiting = 0;
  const look = async () => {
    const answer = await fetch(`${input.dataset.lookup}?q=${encodeURIComponent(input.value)}`);
    if (!answer.ok) return;
    const choices = await answer.json();
    input.list.replaceChildren(...choices.map((choice) => new Option("", choice.label)));
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 250); });
}

// A running job says how far it is; when it is over the page shows what came of it.
for (const job of document.querySelectorAll("[data-progress]")) {
  const bar = job.querySelector("progress");
  const words = job.querySelector("[data-words]");
  const ask = async () => {
    let pause = 3000;
    try {
      const answer = await fetch(job.dataset.progress);
      if (answer.ok) {
        const state = await answer.json();
        if (state.is_over) { location.reload(); return; }
        if (words.textContent !== state.words) words.textContent = state.words;
        bar.value = state.percent;
        pause = 700;
      }
    } catch { /* the next try may reach the portal */ }
    setTimeout(ask, pause);
  };
  setTimeout(ask, 400);
}

// A colour picked is also the colour typed, and the other way round.
for (const picker of document.querySelectorAll("[data-colour-for]")) {
  const typed = document.getElementById(picker.dataset.colourFor);
  picker.addEventListener("input", () => { typed.value = picker.value; });
  typed.addEventListener("input", () => { if (/^#[0-9a-f]{6}$/i.test(typed.value)) picker.value = typed.value.toLowerCase(); });
}

// A link that is shown once goes to the clipboard by a press; without this it is marked and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    document.querySelector("[data-copied]").textContent = `Copied: ${field.labels[0].textContent.trim()}`;
  });
}
