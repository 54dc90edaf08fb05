// What somebody types is not lost: this tab keeps it until it is saved, also when the sign-in ends meanwhile.
"use strict";
{
  const me = document.body.dataset.person || "";
  const PREFIX = "words:";
  const LONGEST = 12 * 3600 * 1000;
  const here = location.pathname + location.search;

  // The tab's own store: other tabs cannot read it, and it is gone when the tab is closed.
  const entries = () => {
    try {
      return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))
        .map((key) => [key, JSON.parse(sessionStorage.getItem(key))]);
    } catch { return []; }
  };
  const write = (key, entry) => { try { sessionStorage.setItem(key, JSON.stringify(entry)); } catch { /* full or closed */ } };
  const drop = (key) => { try { sessionStorage.removeItem(key); } catch { /* closed */ } };
  const forget = (which) => { for (const [key, entry] of entries()) if (which(entry)) drop(key); };

  // Secrets are never looked at, nor what only narrows a list or ticks rows.
  const UNKEPT = new Set(["hidden", "password", "file", "submit", "button", "image", "reset", "fieldset", "output"]);
  const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !UNKEPT.has(field.type)
    && !field.readOnly && field.name !== "rowid");
  const isSecret = (form) => form.querySelector("[autocomplete=current-password], [autocomplete=one-time-code]");
  const forms = [...document.querySelectorAll("main form[method=post]:not([data-passing])")]
    .filter((form) => !isSecret(form) && fieldsOf(form).length);
  const keys = new Map(forms.map((form) => {
    const target = new URL(form.getAttribute("action") || here, location.href);
    const twins = forms.filter((other) => other.getAttribute("action") === form.getAttribute("action"));
    return [form, `${PREFIX}${target.pathname}${target.search}#${twins.indexOf(form)}`];
  }));
  const refused = new Set();  // forms shown again with what was typed, none of it saved

  const isTicked = (field) => field.type === "radio" || field.type === "checkbox";
  const isChanged = (field) => {
    if (isTicked(field)) return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const options = [...field.options];
    if (field.multiple || options.some((option) => option.defaultSelected)) return options.some((option) => option.selected !== option.defaultSelected);
    return field.selectedIndex > 0;
  };
  const isUnsaved = (form) => refused.has(form) || fieldsOf(form).some(isChanged);

  const place = (form, field) => [...form.elements].filter((other) => other.name === field.name).indexOf(field);
  const noted = (form, field) => ({
    name: field.name, place: place(form, field), value: field.value, ticked: isTicked(field) ? field.checked : undefined,
    label: field.tagName === "SELECT" ? field.selectedOptions[0]?.label : undefined,
    several: field.multiple ? [...field.selectedOptions].map((option) => option.value) : undefined,
    seen: form.elements[`seen-${field.closest(".question")?.dataset.key}`]?.value,
  });
  const keep = (form, more = {}) => {
    if (!me) return;
    if (!isUnsaved(form)) { drop(keys.get(form)); return; }
    const fields = fieldsOf(form).filter((field) => refused.has(form) || isChanged(field) || isTicked(field) && form.querySelector(`[name="${CSS.escape(field.name)}"]:checked`) !== null && groupChanged(form, field));
    write(keys.get(form), {
      person: me, page: here, at: Date.now(), once: form.elements.once?.value, version: form.elements.row_version?.value,
      fields: fields.map((field) => noted(form, field)), ...more,
    });
  };
  const groupChanged = (form, field) => fieldsOf(form).some((other) => other.name === field.name && isChanged(other));

  const find = (form, kept) => {
    const named = [...form.elements].filter((field) => field.name === kept.name);
    return kept.ticked === undefined ? named[kept.place] : named.find((field) => field.value === kept.value);
  };
  const putBack = (form, entry) => {
    for (const kept of entry.fields) {
      const field = find(form, kept);
      if (!field) continue;
      if (kept.ticked !== undefined) field.checked = kept.ticked;
      else if (kept.several) for (const option of field.options) option.selected = kept.several.includes(option.value);
      else {
        if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === kept.value)) field.add(new Option(kept.label, kept.value));
        field.value = kept.value;
      }
      // Whoever saved meanwhile must be noticed: the words go back with the version they were typed on.
      const key = field.closest(".question")?.dataset.key;
      if (isChanged(field) && key && kept.seen !== undefined) form.elements[`seen-${key}`].value = kept.seen;
      field.closest("details")?.setAttribute("open", "");
    }
    if (!isUnsaved(form)) { drop(keys.get(form)); return; }
    if (entry.once && form.elements.once) form.elements.once.value = entry.once;
    if (entry.version && form.elements.row_version) form.elements.row_version.value = entry.version;
    if (!form.dataset.save) say("back").querySelector("button").addEventListener("click", () => { drop(keys.get(form)); isLeaving = true; location.reload(); });
    addEventListener("load", () => {
      for (const kept of entry.fields) for (const kind of ["input", "change"]) find(form, kept)?.dispatchEvent(new Event(kind, { bubbles: true }));
    });
  };

  const hush = () => { for (const notice of document.querySelectorAll("main > .on-top")) notice.remove(); };
  const say = (what) => {
    hush();
    document.querySelector("main").prepend(document.querySelector(`[data-say="${what}"]`).content.cloneNode(true));
    return document.querySelector("main > .on-top");
  };

  // When a page comes up: what became of what this tab sent and kept?
  const settleSent = () => {
    for (const [key, entry] of entries()) {
      const form = forms.find((shown) => keys.get(shown) === key);
      const once = form?.elements.once?.value;
      const isBack = form && entry.sent && (once && once === entry.once || document.querySelector("main .problems"));
      if (isBack) { refused.add(form); keep(form); }
      else if (entry.sent) drop(key);
      else if (form) putBack(form, entry);
    }
  };
  const settleRefusal = () => {
    for (const [key, entry] of entries()) {
      if (!entry.sent) continue;
      write(key, { ...entry, sent: undefined });
      const notice = document.querySelector("[data-kept]");
      if (notice) { notice.hidden = false; notice.querySelector("[data-back]").href = entry.page; }
    }
  };
  let isLeaving = false;
  forget((entry) => Date.now() - entry.at > LONGEST || me && entry.person !== me);
  if ("refused" in document.body.dataset) settleRefusal();
  else if (me) settleSent();
  if (document.querySelector("main .problems") && forms.length === 1) { refused.add(forms[0]); keep(forms[0]); }

  // Is the person still signed in? Asked while they type, before they send, and until they are back.
  let asked = Date.now();
  let isOut = false;
  let pending = null;  // the form and button that wait for the sign-in
  const ask = async () => {
    asked = Date.now();
    const answer = await fetch("/session/", { cache: "no-store" });
    if (!answer.ok) throw new Error("no answer");
    return answer.json();
  };
  const secretOf = (token) => token.split(".").slice(0, -2).join(".");  // without the moment and the signature
  const renew = (token) => {
    let isNew = false;
    for (const field of document.querySelectorAll("input[name=csrf_token]")) {
      isNew = isNew || secretOf(field.value) !== secretOf(token);
      field.value = token;
    }
    return isNew;
  };
  const goOut = () => {
    if (!isOut) { say("out"); setTimeout(again, 2000); }
    isOut = true;
    forms.forEach((form) => { delete form.dataset.sending; });
    forms.forEach((form) => keep(form));
    document.dispatchEvent(new Event("portal:signed-out"));
  };
  const comeBack = (token) => {
    const isNew = renew(token);
    if (isOut) say("in");
    if (isOut || isNew) document.dispatchEvent(new Event("portal:signed-in"));
    isOut = false;
    if (pending) { const [form, button] = pending; pending = null; send(form, button); }
  };
  const look = async () => {
    const { person, token } = await ask();
    if (!person) goOut();
    else if (person === me) comeBack(token);
    else { forget(() => true); isLeaving = true; location.replace("/"); }  // somebody else: these words are not theirs
    return person === me;
  };
  const again = async () => {
    if (!isOut) return;
    try { await look(); } catch { /* the next try may reach the portal */ }
    if (isOut) setTimeout(again, 3000);
  };

  const passing = new Set();
  const send = (form, button) => { passing.add(form); form.requestSubmit(button); };
  const leave = () => { isLeaving = true; setTimeout(() => { isLeaving = false; forms.forEach((form) => { delete form.dataset.sending; }); }, 8000); };

  if (me) {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented) return;
      if (new URL(form.getAttribute("action") || here, location.href).pathname === "/sign-out/") { forget(() => true); leave(); return; }
      if (!keys.has(form)) return;
      if (passing.delete(form)) { keep(form, { sent: Date.now() }); leave(); return; }
      event.preventDefault();
      if (pending) return;
      pending = [form, event.submitter];
      form.dataset.sending = "yes";  // for whoever drives the page, such as a test: another page is on its way
      keep(form);
      look().catch(() => { pending = null; delete form.dataset.sending; say("away"); });
    });
    document.addEventListener("portal:look", () => { look().catch(() => {}); });
    document.addEventListener("portal:saved", (event) => keep(event.target));
    addEventListener("focus", () => { if (isOut) look().catch(() => {}); });
    addEventListener("pagehide", () => { if (!isLeaving) forms.forEach((form) => keep(form)); });
  }
  const waits = new Map();
  for (const form of forms) {
    form.addEventListener("input", () => {
      clearTimeout(waits.get(form));
      waits.set(form, setTimeout(() => { if (!isLeaving) keep(form); }, 250));
      if (me && !isOut && Date.now() - asked > 60000) look().catch(() => {});
    });
  }

  // Nobody leaves typed words behind without being asked. Answers that are kept as they are typed ask only when stuck.
  const isStuck = (form) => !form.dataset.save || form.dataset.unsaved;
  const left = () => forms.filter((form) => isStuck(form) && isUnsaved(form));
  addEventListener("beforeunload", (event) => { if (!isLeaving && left().length) event.preventDefault(); });

  // Who follows a link, or presses another form's button, is asked on a page of its own: it shows what would be left.
  const labelOf = (field) => (field.closest("fieldset")?.querySelector("legend") || field.labels?.[0])?.textContent.replace("(optional)", "").trim()
    || field.getAttribute("aria-label") || "";
  const wordsOf = (field) => {
    if (field.tagName === "SELECT") return [...field.selectedOptions].map((option) => option.label).join(", ");
    if (isTicked(field)) return `${field.labels?.[0]?.textContent.trim() || ""}: ${field.checked ? "ticked" : "not ticked"}`;
    return field.value;
  };
  const [main, title] = [document.querySelector("main"), document.title];
  const fill = (list, fields) => {
    for (const field of fields.slice(0, 6)) {
      const line = list.appendChild(document.createElement("div"));
      line.appendChild(document.createElement("dt")).textContent = labelOf(field);
      const words = line.appendChild(document.createElement("dd")).appendChild(document.createElement("p"));
      words.className = "words";
      words.textContent = wordsOf(field).slice(0, 600) || "Emptied";
    }
  };
  const askFirst = (go) => {
    const page = document.querySelector('[data-say="leave"]').content.cloneNode(true).firstElementChild;
    const unsaved = left();
    const changed = unsaved.flatMap((form) => fieldsOf(form).filter(isChanged));
    const [place, focused, heading] = [scrollY, document.activeElement, main.querySelector("h1")];
    page.querySelector("[data-where]").textContent = heading ? `You were on “${heading.textContent.trim()}”.` : "";
    fill(page.querySelector("dl"), changed.length ? changed : unsaved.flatMap(fieldsOf).filter((field) => field.value && !isTicked(field)));
    const back = () => {
      page.remove();
      main.classList.remove("leaving");
      document.title = title;
      scrollTo(0, place);
      focused?.focus();
    };
    const on = (isKept) => { unsaved.forEach((form) => { if (isKept) keep(form); else drop(keys.get(form)); }); leave(); go(); };
    page.querySelector("[data-back]").addEventListener("click", back);
    page.querySelector("[data-keep]").addEventListener("click", () => on(true));
    page.querySelector("[data-drop]").addEventListener("click", () => on(false));
    page.addEventListener("keydown", (event) => { if (event.key === "Escape") back(); });
    main.querySelector(":scope > .leave")?.remove();
    main.classList.add("leaving");
    main.append(page);
    document.title = `${page.querySelector("h1").textContent} – ${title}`;
    scrollTo(0, 0);
    page.querySelector("h1").focus();
  };
  if (me) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      if (link.target && link.target !== "_self" || link.hasAttribute("download") || !link.protocol.startsWith("http")) return;
      if (link.href.includes("#") && link.pathname + link.search === here || isLeaving || !left().length) return;
      event.preventDefault();
      askFirst(() => { location.href = link.href; });
    });
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || keys.has(form) || isLeaving || "passing" in form.dataset || !left().length) return;
      event.preventDefault();
      askFirst(() => form.requestSubmit(event.submitter));
    });
  }
}
