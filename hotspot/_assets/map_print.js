// Paper: the map is drawn anew at the size of a sheet, in twice the pixels, with what was in view.
function printing(map, legend, home) {
  const opened = viewOf(map);
  let before = null;
  window.addEventListener("beforeprint", () => {
    if (before) return;
    const { retina } = L.Browser;
    const { zoomSnap } = map.options;
    // Where nobody moved the map, a sheet shows what it opened for, whatever the window.
    const bounds = home && viewOf(map) === opened ? L.latLngBounds(home) : map.getBounds();
    before = { retina, zoomSnap, centre: map.getCenter(), zoom: map.getZoom() };
    L.Browser.retina = true;
    map.options.zoomSnap = 0;
    document.body.classList.add("hotspot-on-paper");
    before.legend = legend();
    redraw(map, () => map.fitBounds(bounds, { animate: false, maxZoom: 18 }));
    before.canvases = onFreshCanvases(map);
  });
  window.addEventListener("afterprint", () => {
    if (!before) return;
    before.canvases();
    L.Browser.retina = before.retina;
    map.options.zoomSnap = before.zoomSnap;
    document.body.classList.remove("hotspot-on-paper");
    before.legend();
    redraw(map, () => map.setView(before.centre, before.zoom, { animate: false }));
    before = null;
  });
  document.querySelector(".hotspot-print").addEventListener("click", () => window.print());
}

function viewOf(map) {
  const { lat, lng } = map.getCenter();
  return [lat.toFixed(5), lng.toFixed(5), map.getZoom()].join();
}

// Draw at once: a browser that prints waits for no frame.
function redraw(map, view) {
  map.invalidateSize({ animate: false, pan: false });
  view();
  map.eachLayer((layer) => {
    if (!(layer instanceof L.Canvas)) return;
    layer._update();
    L.Util.cancelAnimFrame(layer._redrawRequest);
    layer._redrawRequest = null;
  });
}

// Draw on canvases on which nothing was ever cleared, which Chromium would print as white; give
// what puts the old ones back.
function onFreshCanvases(map) {
  const kept = [];
  map.eachLayer((layer) => {
    if (!(layer instanceof L.Canvas)) return;
    const { _container: old, _ctx } = layer;
    const fresh = old.cloneNode();
    fresh.width = 0;
    old.replaceWith(fresh);
    Object.assign(layer, { _container: fresh, _ctx: fresh.getContext("2d"), _clear() {} });
    layer._update();
    L.Util.cancelAnimFrame(layer._redrawRequest);
    layer._redrawRequest = null;
    kept.push(() => {
      delete layer._clear;
      fresh.replaceWith(old);
      Object.assign(layer, { _container: old, _ctx });
    });
  });
  return () => kept.forEach((putBack) => putBack());
}

// Put the legend beside the map, open, as a wide window has it; give what puts it back.
function legendBeside(control, notes) {
  const container = control.getContainer();
  const [parent, wasOpen] = [container.parentNode, notes.open];
  document.querySelector(".hotspot-key").append(container);
  control.expand();
  notes.open = true;
  // Paper does not scroll: what is too long for the sheet is written smaller.
  const panel = document.querySelector(".hotspot-panel");
  for (let size = 0.95; size > 0.45 && panel.scrollHeight > panel.clientHeight; size -= 0.05) {
    panel.style.zoom = size;
  }
  return () => {
    panel.style.zoom = "";
    parent.append(container);
    notes.open = wasOpen;
    if (control.options.collapsed) control.collapse();
  };
}
