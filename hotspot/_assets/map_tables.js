// What the map shows as tables, for those who cannot use a map; made when they are asked for.
const ROWS_AT_A_TIME = 200;

function tables(map, overlays, show) {
  const section = document.querySelector(".hotspot-tables");
  const button = document.querySelector(".hotspot-as-tables");
  let made = false;

  function toggle(open) {
    if (open && !made) {
      const listed = overlays.filter(([layer]) => layer.facts && layer.facts.rows.length);
      listed.forEach(([layer, , name]) => section.append(table(map, layer, name, showOnMap)));
      if (!listed.length) add(section, "p", "This map has no tables.");
      made = true;
    }
    section.hidden = !open;
    button.setAttribute("aria-expanded", open);
    button.textContent = open ? "Show the map" : "Show as tables";
  }
  function showOnMap(layer, row) {
    toggle(false);
    show(layer, row);
  }
  button.addEventListener("click", () => toggle(section.hidden));
  document.querySelector(".hotspot-skip").addEventListener("click", () => {
    toggle(true);
    section.focus();
  });
  section.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    toggle(false);
    button.focus();
  });
}

function table(map, layer, name, showOnMap) {
  const { rows, fields } = layer.facts;
  const holder = document.createElement("div");
  holder.className = "hotspot-table";
  const made = add(holder, "table");
  const noun = rows.length === 1 ? "row" : "rows";
  add(made, "caption", `${name}: ${rows.length.toLocaleString("en-GB")} ${noun}`);
  const heads = add(add(made, "thead"), "tr");
  for (const field of ["What", ...fields]) add(heads, "th", field).scope = "col";
  const body = add(made, "tbody");
  const more = add(holder, "button");
  more.type = "button";
  let next = 0;

  function addRows() {
    for (const row of rows.slice(next, next + ROWS_AT_A_TIME)) {
      const line = add(body, "tr");
      const [heading, ...texts] = row[2];
      const head = add(line, "th");
      head.scope = "row";
      const link = add(head, "button", heading);
      link.type = "button";
      link.title = "Show on the map";
      link.addEventListener("click", () => showOnMap(layer, row));
      for (const text of texts) add(line, "td", text === null ? "" : text);
    }
    next += ROWS_AT_A_TIME;
    more.hidden = next >= rows.length;
    more.textContent = `Show more: ${(rows.length - next).toLocaleString("en-GB")} left`;
  }
  more.addEventListener("click", addRows);
  addRows();
  return holder;
}
