"use strict";
(function () {
  const about = document.body.dataset;
  const doors = Array.from(document.querySelectorAll("article"));
  const collar = document.getElementById("collar");
  const state = document.getElementById("state");
  const clear = document.getElementById("clear");
  let savedAs = "";
  let clearing = false;

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

  function fields(door) {
    return Array.from(door.querySelectorAll("[data-field]"));
  }

  function resultOf(door) {
    const ticked = door.querySelector("[data-field=result]:checked");
    return ticked ? ticked.value : "";
  }

  function visitOf(door) {
    const visit = { visit_id: door.dataset.visit, result: resultOf(door), collar_number: collar.value.trim() };
    for (const field of fields(door)) {
      if (field.type === "checkbox") {
        visit[field.dataset.field] = field.checked ? "yes" : "no";
      } else if (field.type !== "radio") {
        visit[field.dataset.field] = field.value.trim();
      }
    }
    return visit;
  }

  function visits() {
    return doors.filter(resultOf).map(visitOf);
  }

  function fill(door, visit) {
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

  function show() {
    let done = 0;
    for (const door of doors) {
      const ticked = resultOf(door) !== "";
      done += ticked ? 1 : 0;
      door.classList.toggle("done", ticked);
      door.querySelector(".more").hidden = !ticked;
    }
    state.textContent = done + " of " + doors.length + " doors have a result." + (savedAs ? " " + savedAs : "");
    clear.textContent = clearing ? "Clear all: sure?" : "Clear";
  }

  function keep() {
    if (store) {
      try {
        store.setItem(about.key, JSON.stringify({ collar: collar.value, visits: visits() }));
      } catch (full) {
        savedAs = "This phone has no room to keep them: save them now.";
      }
    }
  }

  function changed() {
    savedAs = "";
    clearing = false;
    keep();
    show();
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
    const byId = new Map(kept.visits.map(function (visit) { return [visit.visit_id, visit]; }));
    for (const door of doors) {
      fill(door, byId.get(door.dataset.visit));
    }
  }

  function save() {
    const made = visits();
    if (!made.length) {
      savedAs = "There is nothing to save yet.";
      show();
      return;
    }
    const missing = made.filter(function (visit) { return !visit.visited_at; });
    if (missing.length) {
      savedAs = "";
      show();
      state.textContent += " Not saved: fill in when you were there.";
      const first = doors.find(function (door) { return door.dataset.visit === missing[0].visit_id; });
      first.querySelector("[data-field=visited_at]").focus();
      return;
    }
    const content = {
      made_by: "hotspot " + about.version,
      area: about.area,
      cut_off: about.cutOff,
      marking: about.marking,
      saved_at: now(),
      visits: made,
    };
    const file = new Blob([JSON.stringify(content, null, 1) + "\n"], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "visits " + about.area.replace(/[^\p{L}\p{N} ._-]+/gu, "-") + " " + now().replace(/[:T]/g, "-") + ".json";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
    savedAs = "Handed to the browser as a file in its downloads: " + link.download;
    show();
  }

  for (const door of doors) {
    door.addEventListener("change", function (event) {
      const visited = door.querySelector("[data-field=visited_at]");
      if (event.target.dataset.field === "result" && !visited.value) {
        visited.value = now();
      }
      changed();
    });
    door.addEventListener("input", keep);
    door.querySelector(".again").addEventListener("click", function () {
      fill(door, null);
      changed();
      door.querySelector("[data-field=result]").focus();
    });
  }
  collar.addEventListener("input", changed);
  document.getElementById("save").addEventListener("click", save);
  clear.addEventListener("click", function () {
    if (!clearing) {
      clearing = true;
      show();
      return;
    }
    doors.forEach(function (door) { fill(door, null); });
    collar.value = "";
    if (store) {
      store.removeItem(about.key);
    }
    clearing = false;
    savedAs = "";
    show();
  });
  restore();
  show();
})();
