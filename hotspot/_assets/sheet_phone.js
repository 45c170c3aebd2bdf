"use strict";
(function () {
  const about = document.body.dataset;
  const doors = Array.from(document.querySelectorAll("article"));
  const collar = document.getElementById("collar");
  const state = document.getElementById("state");
  const clear = document.getElementById("clear");
  const bringBack = document.getElementById("bring-back");
  const street = document.getElementById("street");
  const filters = Array.from(document.querySelectorAll("[data-show]"));
  // Whoever stands at a door again after so long makes another visit: the first keeps its time.
  const ANOTHER_AFTER_MS = 10 * 60 * 1000;
  // Clocks of phones differ by a little.
  const AHEAD_MS = 5 * 60 * 1000;

  // The visits made to each door, in the order in which they were ticked; and the one in the form.
  const made = new Map(doors.map(function (door) { return [door, []]; }));
  let formOf = null;
  let inForm = null;
  let tickedAt = 0;
  let showing = "all";
  let said = "";
  let clearing = false;
  let takenBack = null;

  document.getElementById("no-script").hidden = true;

  // Some browsers give a page that was opened from a file no place of its own to keep things.
  const store = (function () {
    try {
      localStorage.setItem(about.key + "-try", "1");
      localStorage.removeItem(about.key + "-try");
      return localStorage;
    } catch (refused) {
      return null;
    }
  })();
  document.getElementById("kept").textContent = store
    ? "What you tick stays on this phone, in this browser, until you clear it. Save the results when the round is done."
    : "This browser keeps nothing once the page is closed: save the results before you close it.";

  function now() {
    const moment = new Date();
    const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60000);
    return local.toISOString().slice(0, 16);
  }

  function part(door, name) {
    return door.querySelector("." + name);
  }

  function fields(door) {
    return Array.from(door.querySelectorAll("[data-field]"));
  }

  function timeField(door) {
    return door.querySelector("[data-field=visited_at]");
  }

  function ends(visit) {
    const word = document.querySelector('[data-field=result][value="' + visit.result + '"]');
    return visit.do_not_contact === "yes" || (word !== null && "ends" in word.dataset);
  }

  function isOpen(door) {
    return !made.get(door).some(ends);
  }

  function inWords(visit) {
    const time = visit.visited_at;
    const day = time ? Number(time.slice(8, 10)) + "/" + Number(time.slice(5, 7)) + " " + time.slice(11, 16) : "no time yet";
    return visit.result + ", " + day + (visit.do_not_contact === "yes" ? ", do not contact" : "");
  }

  function fromForm(door, visit) {
    for (const field of fields(door)) {
      const name = field.dataset.field;
      if (field.type === "checkbox") {
        visit[name] = field.checked ? "yes" : "no";
      } else if (field.type !== "radio") {
        visit[name] = field.value.trim();
      } else if (field.checked) {
        visit[name] = field.value;
      }
    }
  }

  function toForm(door, visit) {
    for (const field of fields(door)) {
      const value = visit ? visit[field.dataset.field] || "" : "";
      if (field.type === "radio") {
        field.checked = field.value === value;
      } else if (field.type === "checkbox") {
        field.checked = value === "yes";
      } else {
        field.value = value;
      }
    }
  }

  // The form holds one visit of one door: what was done at the others cannot be changed by a slip.
  function openForm(door, visit) {
    formOf = door;
    inForm = visit;
    tickedAt = Date.now();
    toForm(door, visit);
    show();
  }

  function closeForm() {
    formOf = inForm = null;
    show();
  }

  function button(text, label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  }

  function showVisits(door) {
    const list = part(door, "visits");
    const others = made.get(door).filter(function (visit) { return visit !== inForm; });
    list.replaceChildren.apply(list, others.map(function (visit) {
      const line = document.createElement("li");
      const words = document.createElement("span");
      words.textContent = inWords(visit);
      line.append(words, button("Change", "Change " + words.textContent, function () {
        openForm(door, visit);
      }), button("Take back", "Take back " + words.textContent, function () {
        takeBack(door, visit);
      }));
      return line;
    }));
    list.hidden = others.length === 0;
  }

  function show() {
    let done = 0;
    let open = 0;
    const openIn = new Map();
    for (const door of doors) {
      const has = made.get(door).length > 0;
      done += has ? 1 : 0;
      open += isOpen(door) ? 1 : 0;
      door.classList.toggle("done", has && !isOpen(door));
      door.classList.toggle("tried", has && isOpen(door));
      door.hidden = showing === "open" && !isOpen(door) && door !== formOf;
      part(door, "form").hidden = door !== formOf;
      part(door, "more").hidden = part(door, "again").hidden = door !== formOf || inForm === null;
      const record = part(door, "record");
      record.hidden = door === formOf;
      record.textContent = has ? "Record another visit" : "Record a visit";
      showVisits(door);
      const group = door.parentElement;
      openIn.set(group, (openIn.get(group) || 0) + (isOpen(door) ? 1 : 0));
    }
    for (const [group, number] of openIn) {
      group.hidden = !Array.from(group.children).some(function (one) { return one.matches("article:not([hidden])"); });
      const option = street.querySelector('[value="' + group.id + '"]');
      option.textContent = option.dataset.name + ": " + number + " open";
      option.disabled = group.hidden;
    }
    for (const filter of filters) {
      filter.setAttribute("aria-pressed", String(filter.dataset.show === showing));
      filter.querySelector("span").textContent = filter.dataset.show === "open" ? open : doors.length;
    }
    document.getElementById("none-open").hidden = showing !== "open" || open > 0 || doors.length === 0;
    state.textContent = done + " of " + doors.length + " doors have a result, " + open + " still open." + (said ? " " + said : "");
    clear.textContent = clearing ? "Clear all: sure?" : "Clear";
    bringBack.hidden = takenBack === null;
  }

  function allVisits() {
    return doors.flatMap(function (door) {
      return made.get(door).map(function (visit) { return Object.assign({ visit_id: door.dataset.visit }, visit); });
    });
  }

  function keep() {
    if (store) {
      try {
        store.setItem(about.key, JSON.stringify({ collar: collar.value, visits: allVisits() }));
      } catch (full) {
        said = "This phone has no room to keep them: save them now.";
      }
    }
  }

  function changed(words) {
    said = words || "";
    clearing = false;
    keep();
    show();
  }

  function ticked(door) {
    const before = inForm;
    const result = door.querySelector("[data-field=result]:checked").value;
    let words = "";
    if (before !== null && before.result !== result && Date.now() - tickedAt > ANOTHER_AFTER_MS) {
      words = "Kept: " + inWords(before) + ". This is another visit.";
      toForm(door, { result: result });
      inForm = null;
    }
    if (inForm === null) {
      timeField(door).value = now();
      inForm = {};
      tickedAt = Date.now();
      made.get(door).push(inForm);
    }
    edited(door, words);
  }

  function edited(door, words) {
    fromForm(door, inForm);
    // What was handed in as it was before is to be handed in again.
    delete inForm.saved;
    takenBack = null;
    changed(words);
  }

  function takeBack(door, visit) {
    const visits = made.get(door);
    takenBack = { door: door, visit: visit, at: visits.indexOf(visit) };
    visits.splice(takenBack.at, 1);
    if (inForm === visit) {
      formOf = inForm = null;
    }
    changed("Taken back: " + inWords(visit) + "." + (visit.saved
      ? " It stands in a file that was saved: tell your supervisor, who can withdraw it."
      : ""));
  }

  function restore() {
    let kept = null;
    try {
      kept = store && JSON.parse(store.getItem(about.key));
    } catch (broken) {
      kept = null;
    }
    if (!kept || !Array.isArray(kept.visits)) {
      return;
    }
    collar.value = String(kept.collar || "");
    const byId = new Map(doors.map(function (door) { return [door.dataset.visit, door]; }));
    for (const visit of kept.visits) {
      const door = byId.get(visit.visit_id);
      if (door) {
        const own = Object.assign({}, visit);
        delete own.visit_id;
        made.get(door).push(own);
      }
    }
  }

  // What keeps the visits from being saved: the door, the visit, and what to do.
  function fault() {
    const latest = new Date(Date.now() + AHEAD_MS);
    for (const door of doors) {
      const times = new Set();
      for (const visit of made.get(door)) {
        if (!visit.visited_at) {
          return [door, visit, "fill in when you were there."];
        }
        if (new Date(visit.visited_at) > latest) {
          return [door, visit, "this visit lies in the future."];
        }
        if (times.has(visit.visited_at)) {
          return [door, visit, "two visits to this door have one time."];
        }
        times.add(visit.visited_at);
      }
    }
    return null;
  }

  function save() {
    const visits = allVisits();
    if (!visits.length) {
      changed("There is nothing to save yet.");
      return;
    }
    const wrong = fault();
    if (wrong) {
      said = "Not saved: " + wrong[2];
      openForm(wrong[0], wrong[1]);
      timeField(wrong[0]).focus();
      return;
    }
    const content = {
      made_by: "hotspot " + about.version,
      area: about.area,
      cut_off: about.cutOff,
      marking: about.marking,
      saved_at: now(),
      visits: visits.map(function (visit) {
        const row = Object.assign({}, visit, { collar_number: collar.value.trim() });
        delete row.saved;
        return row;
      }),
    };
    const file = new Blob([JSON.stringify(content, null, 1) + "\n"], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "visits " + about.area.replace(/[^\p{L}\p{N} ._-]+/gu, "-") + " " + now().replace(/[:T]/g, "-") + ".json";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
    for (const one of made.values()) {
      one.forEach(function (visit) { visit.saved = true; });
    }
    formOf = inForm = null;
    changed("Handed to the browser as a file in its downloads, with every visit on this sheet: " + link.download);
  }

  for (const door of doors) {
    const form = part(door, "form");
    form.addEventListener("change", function (event) {
      if (event.target.dataset.field === "result") {
        ticked(door);
      } else {
        edited(door);
      }
    });
    form.addEventListener("input", function (event) {
      if (event.target.type !== "radio" && inForm !== null) {
        fromForm(door, inForm);
        keep();
      }
    });
    part(door, "record").addEventListener("click", function () {
      openForm(door, null);
      door.querySelector("[data-field=result]").focus();
    });
    part(door, "close").addEventListener("click", function () {
      closeForm();
      part(door, "record").focus();
    });
    part(door, "again").addEventListener("click", function () {
      takeBack(door, inForm);
      part(door, "record").focus();
    });
  }
  for (const filter of filters) {
    filter.addEventListener("click", function () {
      showing = filter.dataset.show;
      show();
    });
  }
  street.addEventListener("change", function () {
    const group = document.getElementById(street.value);
    if (group) {
      group.scrollIntoView();
      group.querySelector("h2").focus({ preventScroll: true });
    }
  });
  bringBack.addEventListener("click", function () {
    made.get(takenBack.door).splice(takenBack.at, 0, takenBack.visit);
    const words = "Brought back: " + inWords(takenBack.visit) + ".";
    takenBack = null;
    changed(words);
  });
  collar.addEventListener("input", function () { changed(); });
  document.getElementById("save").addEventListener("click", save);
  clear.addEventListener("click", function () {
    if (!clearing) {
      const unsaved = allVisits().filter(function (visit) { return !visit.saved; }).length;
      clearing = true;
      said = unsaved ? unsaved + (unsaved === 1 ? " visit is" : " visits are") + " in no file yet." : "";
      show();
      return;
    }
    for (const door of doors) {
      made.set(door, []);
      toForm(door, null);
    }
    collar.value = "";
    formOf = inForm = takenBack = null;
    if (store) {
      store.removeItem(about.key);
    }
    clearing = false;
    said = "";
    show();
  });
  restore();
  show();
})();
