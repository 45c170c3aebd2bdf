// The map itself. Text reaches the page as text only, never as HTML.
// From here on the doors of a terrace stand far enough apart to be numbered.
const NUMBERED_ZOOM = 17.5;

// One sign for the doors of a block of flats, with all of them in its popup.
function features(rows) {
  const byPlace = new Map();
  rows.forEach(([shape, style, entry, mark], number) => {
    const point = Array.isArray(shape);
    const place = point ? shape.join() : number;
    if (byPlace.has(place)) {
      const { properties } = byPlace.get(place);
      properties.entries.push(entry);
      // Of the doors of a block the first number, and that there are more.
      if (properties.mark) properties.mark = `${properties.mark.replace("+", "")}+`;
      return;
    }
    const geometry = point ? { type: "Point", coordinates: shape } : shape;
    const properties = { style, entries: [entry], mark };
    byPlace.set(place, { type: "Feature", geometry, properties });
  });
  return [...byPlace.values()].reverse();
}

function layer(rows, options) {
  const { styles: given, fields, labels, labelOptions, grow, minZoom, numbered } = options;
  const styles = drawn(given);
  const shapes = L.featureGroup(
    features(rows).map((feature) =>
      shapeOf(feature, styles[feature.properties.style], fields !== null && asked(feature)),
    ),
  );
  if (fields !== null) {
    shapes.bindPopup((shape) => popupOf(shape.feature.properties.entries, fields), {
      maxHeight: 260,
      maxWidth: 280,
    });
    tipsFor(shapes, fields, options.tip);
  }
  if (grow) growWithZoom(shapes, styles);
  if (numbered) underPins(shapes);
  const parts = minZoom ? [fromZoom(shapes, minZoom)] : [shapes];
  const group = L.featureGroup(labels.length ? [...parts, new Labels(labels, labelOptions)] : parts);
  if (fields !== null) group.facts = { rows: rows.filter((row) => row[2]), fields };
  if (options.places) group.found = { rows, places: options.places, noun: options.noun };
  return group;
}

// A line between two signs says nothing of its own.
function asked({ properties }) {
  return properties.entries[0] !== null;
}

// Pins leave the place that they stand on to these.
function underPins(shapes) {
  shapes.on("add", () => {
    shapes._map.hotspotDoors = (shapes._map.hotspotDoors || new Set()).add(shapes);
  });
  shapes.on("remove", () => shapes._map.hotspotDoors.delete(shapes));
}

// Lines as wide as a street from near, signs that do not hide each other from afar.
function growWithZoom(shapes, styles) {
  const grow = () => {
    const zoom = shapes._map.getZoom();
    const wider = Math.min(12, Math.max(1, 1.6 * 2 ** (zoom - 15)));
    const larger = signSize(shapes._map);
    const near = zoom >= NUMBERED_ZOOM;
    shapes.eachLayer((shape) => {
      const { style, mark } = shape.feature.properties;
      const { weight, radius, arrow, fill } = styles[style];
      if (radius && mark !== undefined) {
        // From afar doors of one street would be one blot: small, and without their numbers.
        shape.options.textHidden = !near;
        shape.setStyle({ weight: near ? weight : weight / 2 });
        shape.setRadius(radius * (near ? 1.1 : 0.55 * larger));
      } else if (radius) shape.setRadius(radius * larger);
      // As wide as a street an arrow has no head, and the rim of an area hides what is in it.
      else if (!arrow && !fill) shape.setStyle({ weight: weight * wider });
    });
  };
  shapes.on("add", () => {
    shapes._map.on("zoomend", grow);
    grow();
  });
  shapes.on("remove", () => shapes._map.off("zoomend", grow));
}

// Shapes so small that they are worth drawing only from near.
function fromZoom(shapes, minZoom) {
  const near = L.layerGroup();
  const choose = () => {
    const close = near._map.getZoom() >= minZoom;
    if (close !== near.hasLayer(shapes)) near[close ? "addLayer" : "removeLayer"](shapes);
    if (close) shapes.bringToBack();
  };
  near.on("add", () => {
    near._map.on("zoomend", choose);
    choose();
  });
  near.on("remove", () => near._map.off("zoomend", choose));
  return near;
}

// Open what a row of a table says, where it is.
function showOnMap(map, layer, [shape, , entry]) {
  if (!map.hasLayer(layer)) map.addLayer(layer);
  const bounds = Array.isArray(shape)
    ? L.latLngBounds([[shape[1], shape[0]]])
    : L.geoJSON(shape).getBounds();
  map.fitBounds(bounds, { maxZoom: 18, animate: false });
  const box = popupOf([entry], layer.facts.fields);
  L.popup({ maxHeight: 260, maxWidth: 280 })
    .setLatLng(bounds.getCenter())
    .setContent(box)
    .openOn(map);
  box.tabIndex = -1;
  box.focus();
}

function northArrow() {
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const box = L.DomUtil.create("div", "hotspot-north");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", "North is up");
    box.innerHTML =
      '<svg width="22" height="34" viewBox="0 0 22 34" aria-hidden="true">' +
      '<path d="M11 1l7 19-7-4-7 4z" fill="#111"/>' +
      '<text x="11" y="32" text-anchor="middle" font-size="12" font-weight="700">N</text></svg>';
    return box;
  };
  return control;
}

// What is in the middle opens with Enter, as it would with a click.
function keyboard(map) {
  const container = map.getContainer();
  container.setAttribute("role", "application");
  container.setAttribute(
    "aria-label",
    "Map. Arrow keys move it, plus and minus zoom, Enter opens what is in the middle.",
  );
  container.addEventListener("keydown", (event) => {
    // Leaflet listens only while the map itself has the focus, not what is in a popup.
    if (event.key === "Escape") map.closePopup();
    if (event.key !== "Enter" || event.target !== container) return;
    const { x, y, width, height } = container.getBoundingClientRect();
    const middle = { clientX: x + width / 2, clientY: y + height / 2, bubbles: true };
    const canvas = container.querySelector(".leaflet-overlay-pane canvas");
    if (!canvas) return;
    canvas.dispatchEvent(new MouseEvent("mousemove", middle));
    canvas.dispatchEvent(new MouseEvent("click", middle));
  });
  map.on("popupopen", ({ popup }) => {
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close && document.activeElement === container) close.focus();
  });
  map.on("popupclose", ({ popup }) => {
    const element = popup.getElement();
    if (element && element.contains(document.activeElement)) container.focus();
  });
}

// Bases and overlays are layers with the HTML of their legend and their name; `upwards` is how
// they are drawn, `home` the corners of what the map opens on.
function panel(map, bases, overlays, upwards, home) {
  const narrow = window.matchMedia("(max-width: 799px)").matches;
  const control = L.control.layers({}, {}, { collapsed: narrow, hideSingleBase: true });
  bases.forEach(([layer, legend]) => control.addBaseLayer(layer, legend));
  overlays.forEach(([layer, legend]) => control.addOverlay(layer, legend));
  control.addTo(map);
  northArrow().addTo(map);
  const notes = document.querySelector(".hotspot-notes");
  if (narrow) notes.open = false;
  else document.querySelector(".hotspot-key").append(control.getContainer());
  const main = document.createElement("main");
  map.getContainer().before(main);
  main.append(map.getContainer());
  const timed = overlays.map(([layer]) => layer).find((layer) => layer.weeks);
  if (timed) main.append(weekStrip(map, timed));
  main.append(document.querySelector(".hotspot-tables"));
  tables(map, overlays, (layer, row) => showOnMap(map, layer, row));
  search(map, upwards, narrow);
  keyboard(map);
  // The strip took some of the map's height.
  map.invalidateSize({ pan: false });
  if (home) map.fitBounds(home, { padding: [12, 12], maxZoom: 17, animate: false });
  printing(map, () => legendBeside(control, notes), home);
  const raise = (layers) =>
    layers.forEach((layer) => map.hasLayer(layer) && layer.bringToFront && layer.bringToFront());
  map.on("overlayadd", () => raise(upwards));
  map.on("pointsdrawn", ({ points }) => raise(upwards.slice(upwards.indexOf(points) + 1)));
  raise(upwards);
  if (map.attributionControl) map.attributionControl.setPrefix("Leaflet");
}
