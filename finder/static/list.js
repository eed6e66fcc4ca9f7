// Keeps the reader's own list in this tab (sessionStorage), so that a new search, or a page that the reader went
// back to, has it too; and offers to print. Without this script the list rides in the sealed links alone.
"use strict";

(() => {
  const KEY = "my-list";
  const MOST = 12;
  const TAKES_LIST = /\/(search|keep|shortlist)$/; // forms whose answer carries the list

  const words = (text) => (text || "").split(" ").filter(Boolean);

  const read = () => {
    try {
      const told = JSON.parse(sessionStorage.getItem(KEY));
      return told && Array.isArray(told.kept) ? told : null;
    } catch {
      return null; // no storage, or not ours: the links carry the list
    }
  };

  const write = (kept, from) => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ kept, from }));
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
      if (known && !isOpened) write(known.kept, page.dataset.from);
      else if (known || own.length) write(own, page.dataset.from);
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

  const carry = (form, kept) => {
    form.querySelectorAll("input[name=kept]").forEach((input) => input.remove());
    for (const id of kept.length ? kept : [""]) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "kept", value: id });
      form.append(input);
    }
  };

  document.addEventListener("submit", ({ target: form, submitter }) => {
    const told = read();
    if (!told || !TAKES_LIST.test(new URL(form.action).pathname)) return;
    carry(form, told.kept);
    const { name, value } = submitter || {};
    const others = told.kept.filter((id) => id !== value);
    if (name === "forget") write([], told.from);
    if (name === "drop") write(others, told.from);
    if (name === "keep" && others.length < MOST) write([...others, value], told.from);
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  window.addEventListener("pageshow", show);
})();
