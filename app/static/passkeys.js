// Passkeys: made, used, and offered where the address is typed. Without this file people sign in as before.
"use strict";
{
  const forms = [...document.querySelectorAll("form[data-passkey]")];
  const knows = "PublicKeyCredential" in window && navigator.credentials;
  const GOOD_FOR = 4 * 60 * 1000;  // a minute less than the portal takes a challenge

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const named = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const read = (options) => ({
    ...options, challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
  });
  const written = (credential) => {
    const answer = credential.response;
    const parts = { clientDataJSON: text(answer.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (answer[name]) parts[name] = text(answer[name]);
    }
    if (answer.getTransports) parts.transports = answer.getTransports();
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: parts });
  };

  const SAID = {
    NotAllowedError: "Nothing was done: it was stopped, or it took too long. Try again.",
    InvalidStateError: "This device has a passkey of yours for this portal already.",
    SecurityError: "Passkeys do not work at this address.",
    NotSupportedError: "This device cannot make a passkey that the portal accepts.",
  };
  const say = (form, words) => { form.querySelector("[data-says]").textContent = words; };

  // The portal says what is to be signed, or in a sentence why not.
  const ask = async (form) => {
    const answer = await fetch(form.dataset.options, { method: "POST", body: new FormData(form), cache: "no-store" });
    const isOurs = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    const told = isOurs ? await answer.json() : { problem: "This page was open for too long; open it again and try once more." };
    if (told.problem) throw new Error(told.problem);
    return read(told);
  };
  const send = (form, credential) => {
    form.elements.credential.value = written(credential);
    form.requestSubmit();
  };

  let offer = null;  // the offer beside the address field, which gives way to a button that is pressed
  const withdraw = () => { if (offer) offer.abort(); offer = null; };

  const press = async (form) => {
    withdraw();
    say(form, "Follow what your device asks.");
    try {
      const publicKey = await ask(form);
      const isNew = form.dataset.passkey === "make";
      send(form, await (isNew ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey })));
    } catch (error) {
      say(form, SAID[error.name] || error.message || "The passkey could not be used. Try again.");
    }
  };

  const offerBesideAddress = async (form) => {
    if (!PublicKeyCredential.isConditionalMediationAvailable || !await PublicKeyCredential.isConditionalMediationAvailable()) return;
    withdraw();
    const mine = offer = new AbortController();
    const again = setTimeout(() => { if (offer === mine) offerBesideAddress(form); }, GOOD_FOR);
    try {
      send(form, await navigator.credentials.get({ publicKey: await ask(form), mediation: "conditional", signal: mine.signal }));
    } catch { clearTimeout(mine.signal.aborted ? again : undefined); /* the button and the password are still there */ }
  };

  if (knows) {
    for (const form of forms) {
      form.addEventListener("submit", (event) => {
        if (form.elements.credential.value) return;
        event.preventDefault();
        press(form);
      });
      form.hidden = false;
      if ("offer" in form.dataset) offerBesideAddress(form);
    }
    for (const words of document.querySelectorAll("[data-without-passkeys]")) words.hidden = true;
    addEventListener("pageshow", () => forms.forEach((form) => { form.elements.credential.value = ""; }));
  }
}
