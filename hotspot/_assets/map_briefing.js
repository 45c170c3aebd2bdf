/* Draws the rows of a briefing map. Text reaches the page as text only, never as HTML. */
const hotspotMap = (() => {
  "use strict";

  // Fingers are wider than a burglary's dot.
  L.Canvas.mergeOptions({ tolerance: 4 });

  // A point drawn as a polygon, so that kinds can be told apart without colour.
  const Sign = L.CircleMarker.extend({
    _updatePath() {
      const canvas = this._renderer;
      if (!canvas._drawing || this._empty()) return;
      const { x, y } = this._point;
      const size = this._radius;
      canvas._ctx.beginPath();
      this.options.shape.forEach(([right, down], corner) => {
        canvas._ctx[corner ? "lineTo" : "moveTo"](x + right * size, y + down * size);
      });
      canvas._ctx.closePath();
      canvas._fillStroke(canvas._ctx, this);
    },
  });

  // Names on the map: those in view, the most important first, none over another.
  const Labels = L.Layer.extend({
    initialize(rows, options) {
      this._rows = rows;
      L.setOptions(this, { minZoom: 0, most: 150, ...options });
    },
    onAdd(map) {
      this._shown = L.layerGroup().addTo(map);
      map.on("moveend", this._place, this);
      this._place();
    },
    onRemove(map) {
      map.off("moveend", this._place, this);
      this._shown.remove();
    },
    _place() {
      this._shown.clearLayers();
      if (this._map.getZoom() < this.options.minZoom) return;
      const view = this._map.getBounds();
      const taken = [];
      for (const [lon, lat, text, degrees] of this._rows) {
        if (taken.length >= this.options.most) break;
        if (!view.contains([lat, lon])) continue;
        const box = this._box(this._map.latLngToLayerPoint([lat, lon]), text, degrees);
        if (taken.some((other) => other.intersects(box))) continue;
        taken.push(box);
        this._shown.addLayer(this._marker([lat, lon], text, degrees));
      }
    },
    _box(point, text, degrees) {
      const turn = (degrees * Math.PI) / 180;
      const [width, height] = [text.length * 7 + 10, 18];
      const half = L.point(
        Math.abs(Math.cos(turn)) * width + Math.abs(Math.sin(turn)) * height,
        Math.abs(Math.sin(turn)) * width + Math.abs(Math.cos(turn)) * height,
      ).divideBy(2);
      return L.bounds(point.subtract(half), point.add(half));
    },
    _marker(place, text, degrees) {
      const label = document.createElement("span");
      label.textContent = text;
      label.style.transform = `translate(-50%, -50%) rotate(${degrees}deg)`;
      const icon = L.divIcon({ html: label, iconSize: [0, 0], className: this.options.className });
      return L.marker(place, { icon, interactive: false, keyboard: false });
    },
  });

  function add(parent, tag, text) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  function popup(entries, fields) {
    const box = document.createElement("div");
    box.className = "hotspot-popup";
    for (const [heading, ...texts] of entries) {
      add(box, "h2", heading);
      const list = add(box, "dl");
      texts.forEach((text, number) => {
        if (text === null) return;
        add(list, "dt", fields[number]);
        add(list, "dd", text);
      });
    }
    return box;
  }

  // One sign for the doors of a block of flats, with all of them in its popup.
  function features(rows) {
    const byPlace = new Map();
    rows.forEach(([shape, style, entry], number) => {
      const point = Array.isArray(shape);
      const place = point ? shape.join() : number;
      if (byPlace.has(place)) {
        byPlace.get(place).properties.entries.push(entry);
        return;
      }
      const geometry = point ? { type: "Point", coordinates: shape } : shape;
      const properties = { style, entries: [entry] };
      byPlace.set(place, { type: "Feature", geometry, properties });
    });
    return [...byPlace.values()].reverse();
  }

  function layer(rows, { styles, fields, labels, labelOptions, grow }) {
    const styleOf = (feature) => styles[feature.properties.style];
    const shapes = L.geoJSON(features(rows), {
      interactive: fields !== null,
      smoothFactor: 0.5,
      style: styleOf,
      pointToLayer: (feature, place) => {
        const style = styleOf(feature);
        return new (style.shape ? Sign : L.CircleMarker)(place, style);
      },
    });
    if (fields !== null) {
      shapes.bindPopup((shape) => popup(shape.feature.properties.entries, fields), {
        maxHeight: 260,
        maxWidth: 280,
      });
    }
    if (grow) growWithZoom(shapes, styles);
    return L.featureGroup(labels.length ? [shapes, new Labels(labels, labelOptions)] : [shapes]);
  }

  // Lines as wide as a street from near, signs that do not hide each other from afar.
  function growWithZoom(shapes, styles) {
    const grow = () => {
      const zoom = shapes._map.getZoom();
      const wider = Math.min(12, Math.max(1, 1.6 * 2 ** (zoom - 15)));
      const larger = Math.min(1.25, Math.max(0.3, 2 ** ((zoom - 15.5) / 2.5)));
      shapes.eachLayer((shape) => {
        const { weight, radius } = styles[shape.feature.properties.style];
        if (radius) shape.setRadius(radius * larger);
        else shape.setStyle({ weight: weight * wider });
      });
    };
    shapes.on("add", () => {
      shapes._map.on("zoomend", grow);
      grow();
    });
    shapes.on("remove", () => shapes._map.off("zoomend", grow));
  }

  // Bases and overlays are layers with the HTML of their legend; `upwards` is how they are drawn.
  function panel(map, bases, overlays, upwards) {
    const narrow = window.matchMedia("(max-width: 799px)").matches;
    const control = L.control.layers({}, {}, { collapsed: narrow, hideSingleBase: true });
    bases.forEach(([layer, name]) => control.addBaseLayer(layer, name));
    overlays.forEach(([layer, name]) => control.addOverlay(layer, name));
    control.addTo(map);
    if (narrow) {
      document.querySelector(".hotspot-notes").open = false;
    } else {
      document.querySelector(".hotspot-key").append(control.getContainer());
    }
    map.on("overlayadd", () => {
      upwards.forEach((layer) => map.hasLayer(layer) && layer.bringToFront && layer.bringToFront());
    });
    if (map.attributionControl) map.attributionControl.setPrefix("Leaflet");
  }

  return { layer, panel };
})();
