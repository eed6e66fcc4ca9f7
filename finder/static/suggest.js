// Suggestions for a field that says where to ask (data-suggest), after the combobox pattern of the WAI-ARIA
// Authoring Practices. Without this script, or when a request fails, the field is a plain one.
// A field inside data-adds puts each choice on a line of its own into the text area of that id.
// What it says comes from the data attributes of its own tag, in the language of the page.
"use strict";

(() => {
  const says = document.currentScript.dataset;
  const WAIT_MS = 150; // after the last key
  const LEAST = 2; // letters
  const MOST = 100; // letters that the server takes

  const made = (tag, attributes, text = "") => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };

  const combobox = (input) => {
    const listId = `${input.id}-suggestions`;
    const list = made("ul", { id: listId, role: "listbox", class: "suggestions", "aria-label": says.list, hidden: "" });
    const status = made("p", { role: "status", class: "unseen" });
    let active = -1;
    let asked = new AbortController(); // of the newest request
    let timer = 0;

    const isOpen = () => !list.hidden;

    const mark = (at) => {
      active = at;
      [...list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
      if (at < 0) {
        input.removeAttribute("aria-activedescendant");
      } else {
        input.setAttribute("aria-activedescendant", list.children[at].id);
        list.children[at].scrollIntoView({ block: "nearest", behavior: "instant" });
      }
    };

    const stop = () => {
      clearTimeout(timer);
      asked.abort();
    };

    const close = (said = "") => {
      stop();
      mark(-1);
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      status.textContent = said;
    };

    const area = document.getElementById(input.closest("[data-adds]")?.dataset.adds);

    const add = (line) => {
      const lines = area.value.split("\n").filter((each) => each.trim());
      if (line.trim() && !lines.includes(line.trim())) lines.push(line.trim());
      area.value = lines.join("\n");
      input.value = "";
    };

    const choose = (option) => {
      const { label } = option.dataset;
      if (area) add(label);
      else input.value = label;
      close((area ? says.added : says.picked).replace("{label}", label));
    };

    const optionOf = ({ label, term }, at) => {
      const option = made("li", { id: `${listId}-${at}`, role: "option", "aria-selected": "false" });
      option.dataset.label = label;
      option.append(made("span", {}, label));
      if (term.toLowerCase() !== label.toLowerCase()) option.append(made("span", { class: "term" }, term));
      return option;
    };

    const show = (suggestions) => {
      if (!suggestions.length) return close();
      list.replaceChildren(...suggestions.map(optionOf));
      list.hidden = false;
      list.scrollTop = 0;
      input.setAttribute("aria-expanded", "true");
      mark(-1);
      const seen = window.visualViewport ? window.visualViewport.height : window.innerHeight;
      if (list.getBoundingClientRect().bottom > seen) input.scrollIntoView({ block: "start", behavior: "instant" }); // a phone
      status.textContent = suggestions.length === 1 ? says.one : says.many.replace("{n}", suggestions.length);
    };

    const ask = async () => {
      stop();
      const prefix = input.value;
      if (prefix.trim().length < LEAST || prefix.length > MOST) return close();
      const { signal } = (asked = new AbortController());
      try {
        const answer = await fetch(input.dataset.suggest, {
          method: "POST",
          body: JSON.stringify(area ? { prefix, near: input.form.elements.near?.value ?? "" } : { prefix }),
          headers: { "Content-Type": "application/json" },
          cache: "no-store",
          signal,
        });
        show(answer.ok ? (await answer.json()).suggestions : []);
      } catch {
        if (!signal.aborted) close(); // a failure leaves a plain field
      }
    };

    const step = (by) => {
      const count = list.children.length;
      mark(active < 0 && by < 0 ? count - 1 : (active + by + count) % count);
    };

    const onKey = (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      const isArrow = event.key === "ArrowDown" || event.key === "ArrowUp";
      if (isArrow && isOpen()) {
        step(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "ArrowDown") {
        ask();
      } else if (event.key === "Escape" && isOpen()) {
        close();
      } else if (event.key === "Enter" && active >= 0) {
        choose(list.children[active]); // puts the words into the field; the next Enter sends the form
      } else if (event.key === "Enter" && area && input.value.trim()) {
        add(input.value); // as it was typed: the server asks back
        close();
      } else {
        if (event.key === "Enter" || event.key === "Tab") close();
        return;
      }
      event.preventDefault();
    };

    const onInput = (event) => {
      stop();
      mark(-1);
      if (!event.isComposing) timer = setTimeout(ask, WAIT_MS);
    };

    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId,
    })) input.setAttribute(name, value);
    input.after(list, status);
    if (area) {
      input.closest("[data-adds]").hidden = false;
      input.form.addEventListener("submit", () => add(input.value)); // typed and not picked
    }
    input.addEventListener("input", onInput);
    input.addEventListener("compositionend", onInput);
    input.addEventListener("keydown", onKey);
    input.addEventListener("blur", () => close());
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
  };

  document.querySelectorAll("input[data-suggest]").forEach(combobox);
})();
