// Streets by name: type, choose, and the map moves there and marks it. All of it is in the page.
const MOST_FOUND = 8;
const NEAREST_FOUND = 17.5;

function plain(text) {
  const letters = text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return letters.replace(/['\u2019]/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

// Each street once, with its shapes on every layer that knows it.
function streetsOf(layers) {
  const streets = new Map();
  for (const { rows, places, noun } of layers.map((layer) => layer.found).filter(Boolean)) {
    for (const [name, numbers] of places) {
      const key = plain(name);
      const street = streets.get(key) || { key, name, shapes: [], counts: [] };
      street.shapes.push(...numbers.map((number) => rows[number][0]));
      if (noun) street.counts.push([numbers.length, noun]);
      streets.set(key, street);
    }
  }
  return [...streets.values()];
}

// First what begins as was typed, then what has a word that does.
function streetsLike(streets, typed) {
  const words = plain(typed);
  if (!words) return [];
  const rank = ({ key }) => (key.startsWith(words) ? 0 : ` ${key}`.includes(` ${words}`) ? 1 : 2);
  const all = (key) => words.split(" ").every((word) => ` ${key}`.includes(` ${word}`));
  return streets
    .filter(({ key }) => all(key))
    .sort((one, other) => rank(one) - rank(other) || (one.key < other.key ? -1 : 1))
    .slice(0, MOST_FOUND);
}

function markStreet(map, { shapes, name, counts }) {
  const pane = map.getPane("found") || map.createPane("found");
  Object.assign(pane.style, { zIndex: 450, pointerEvents: "none" });
  map.foundRenderer = map.foundRenderer || L.canvas({ pane: "found" });
  const options = { ...COLOURS.found, opacity: 0.6, fill: false, interactive: false };
  options.renderer = map.foundRenderer;
  const marked = L.featureGroup(
    shapes.map((shape) =>
      Array.isArray(shape)
        ? L.circleMarker([shape[1], shape[0]], { ...options, weight: 2.5, opacity: 0.9 })
        : L.geoJSON(shape, { style: options, interactive: false }),
    ),
  ).addTo(map);
  map.fitBounds(marked.getBounds(), { maxZoom: NEAREST_FOUND, padding: [40, 40], animate: false });
  const told = counts.map(([number, noun]) => `${number} ${noun}${number === 1 ? "" : "s"}`);
  return [marked, [name, ...told].join(": ")];
}

function search(map, layers, narrow) {
  const streets = streetsOf(layers);
  if (!streets.length) return;
  const box = document.createElement("div");
  box.className = "hotspot-search";
  box.setAttribute("role", "search");
  const field = add(box, "input");
  const list = add(box, "ul");
  const said = add(box, "span", "");
  const attributes = {
    type: "text", role: "combobox", placeholder: "Find a street", autocomplete: "off",
    "aria-label": "Find a street", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": "hotspot-streets", maxlength: "80",
  };
  for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
  list.id = "hotspot-streets";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Streets");
  said.setAttribute("role", "status");
  list.hidden = true;
  let found = [];
  let at = -1;
  let marked = null;

  function unmark() {
    if (marked) marked.remove();
    marked = null;
    said.textContent = "";
  }
  function close() {
    list.hidden = true;
    list.replaceChildren();
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }
  function point(number) {
    at = (number + found.length) % found.length;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", place === at));
    field.setAttribute("aria-activedescendant", list.children[at].id);
  }
  function choose(street) {
    close();
    unmark();
    field.value = street.name;
    [marked, said.textContent] = markStreet(map, street);
  }
  function offer() {
    close();
    unmark();
    found = streetsLike(streets, field.value);
    if (!found.length) {
      if (plain(field.value)) said.textContent = "No such street here";
      return;
    }
    found.forEach((street, number) => {
      const option = add(list, "li", street.name);
      option.id = `hotspot-street-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      // Before the field loses the focus, which closes the list.
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        choose(street);
      });
    });
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }
  field.addEventListener("input", offer);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && found.length && !list.hidden) choose(found[Math.max(at, 0)]);
    else if (event.key === "Escape" && list.hidden) {
      field.value = "";
      unmark();
    } else if (event.key === "Escape") close();
    else if (step && list.hidden && plain(field.value)) offer();
    if (step && !list.hidden) point(at < 0 && step < 0 ? found.length - 1 : at + step);
    if (step || event.key === "Enter") event.preventDefault();
  });
  // A phone has no room above its map.
  if (narrow) document.querySelector("main").prepend(box);
  else document.querySelector(".hotspot-buttons").before(box);
}
