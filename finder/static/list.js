// Keeps the reader's own lists (kept, and those to leave out) in this tab (sessionStorage), so that a new search, or a page that the reader went
// back to, has it too; and offers to print. Without this script the list rides in the sealed links alone.
"use strict";

(() => {
  const KEY = "my-list";
  const MOST = 12;
  const TAKES_LIST = /\/(search|colleagues|keep|shortlist|own-lists)$/; // forms whose answer carries the list

  const words = (text) => (text || "").split(" ").filter(Boolean);

  const read = () => {
    try {
      const told = JSON.parse(sessionStorage.getItem(KEY));
      return told && Array.isArray(told.kept) ? told : null;
    } catch {
      return null; // no storage, or not ours: the links carry the list
    }
  };

  const write = (kept, never, from) => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ kept, never, from }));
    } catch {
      // a browser that stores nothing: the links carry the list
    }
  };

  // The tab's list is the newest one. Where there is none yet, and where a page of a list is opened, the page's is.
  const show = ({ persisted }) => {
    const page = document.querySelector("[data-kept]");
    const known = read();
    if (page) {
      const [opened] = performance.getEntriesByType("navigation");
      const isOpened = !persisted && opened && opened.type === "navigate" && "list" in page.dataset;
      const own = words(page.dataset.kept);
      const never = words(page.dataset.never);
      if (known && !isOpened) write(known.kept, known.never || [], page.dataset.from);
      else if (known || own.length || never.length) write(own, never, page.dataset.from);
    }
    const told = read();
    const kept = told ? told.kept : [];
    document.querySelectorAll("[data-count]").forEach((number) => (number.textContent = kept.length));
    document.querySelectorAll(".mylist").forEach((bar) => (bar.hidden = !kept.length));
    document.querySelectorAll("[data-when]").forEach((label) => {
      const button = label.closest("button");
      button.name = kept.includes(button.value) ? "drop" : "keep";
      label.hidden = label.dataset.when !== button.name;
    });
    document.querySelectorAll("form[data-open]").forEach((form) => {
      form.hidden = !(told && kept.length);
      if (told) form.elements.from.value = told.from;
    });
  };

  const carry = (form, name, ids) => {
    form.querySelectorAll(`input[name=${name}]`).forEach((input) => input.remove());
    for (const value of ids.length ? ids : [""]) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
  };

  document.addEventListener("submit", ({ target: form, submitter }) => {
    const told = read();
    if (!told || !TAKES_LIST.test(new URL(form.action).pathname)) return;
    const never = told.never || [];
    carry(form, "kept", told.kept);
    carry(form, "never", never);
    const { name, value } = submitter || {};
    const others = told.kept.filter((id) => id !== value);
    if (name === "forget") write([], never, told.from);
    if (name === "drop") write(others, never, told.from);
    if (name === "keep" && others.length < MOST) write([...others, value], never, told.from);
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  window.addEventListener("pageshow", show);
})();
