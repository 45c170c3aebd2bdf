// Shapes that Leaflet has not: signs, arrows, hatched ground, numbers in circles.

// Fingers are wider than a burglary's dot.
L.Canvas.mergeOptions({ tolerance: 4 });

// A point drawn as a polygon, so that kinds can be told apart without colour.
const Sign = L.CircleMarker.extend({
  // What stands above its place, as a pin does, is there to be clicked, and around it to be drawn.
  _updateBounds() {
    L.CircleMarker.prototype._updateBounds.call(this);
    const { min, max } = this._pxBounds;
    min.y -= this._above() * 2;
    this._pxBounds = L.bounds(min, max);
  },
  _above() {
    const tall = this.options.shape.map(([, down]) => down);
    return (-(Math.max(...tall) + Math.min(...tall)) / 2) * this._radius;
  },
  _containsPoint(point) {
    const above = this._above();
    const reach = this._radius + this._clickTolerance();
    if (above < this._radius) return point.distanceTo(this._point) <= reach;
    if (point.distanceTo(this._point.subtract([0, above])) <= reach && point.y < this._point.y - 2) {
      return true;
    }
    // The place itself is the door's, where there is one.
    const doors = this._map.hotspotDoors || [];
    return (
      point.distanceTo(this._point) <= this._clickTolerance() + 2 &&
      ![...doors].some((shapes) => shapes.getLayers().some((door) => door._containsPoint(point)))
    );
  },
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

// A line with a head that stops short of the sign it leads to.
const Arrow = L.Polyline.extend({
  options: { fill: false, noClip: true, smoothFactor: 0 },
  _updatePath() {
    const canvas = this._renderer;
    if (!canvas._drawing) return;
    canvas._updatePoly(this);
    for (const line of this._parts) this._drawHead(canvas._ctx, ...line.slice(-2));
  },
  _drawHead(context, from, to) {
    const length = from.distanceTo(to);
    if (length < 6) return;
    const size = Math.min(11, length / 2);
    const forth = to.subtract(from).divideBy(length);
    const tip = to.subtract(forth.multiplyBy(Math.min(6, length / 4)));
    const back = tip.subtract(forth.multiplyBy(size));
    const aside = L.point(-forth.y, forth.x).multiplyBy(size * 0.45);
    context.beginPath();
    context.moveTo(tip.x, tip.y);
    for (const corner of [back.add(aside), back.subtract(aside)]) context.lineTo(corner.x, corner.y);
    context.closePath();
    context.fillStyle = this.options.color;
    context.fill();
  },
});

// How many there are, or which, written in a circle.
const Count = L.CircleMarker.extend({
  options: { textColour: COLOURS.manyLabel },
  _updatePath() {
    L.CircleMarker.prototype._updatePath.call(this);
    const canvas = this._renderer;
    const { text, textColour, textHidden } = this.options;
    if (!canvas._drawing || this._empty() || !text || textHidden) return;
    const context = canvas._ctx;
    context.globalAlpha = 1;
    context.fillStyle = textColour;
    context.font = `600 ${text.length > 2 ? 9 : 11}px sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, this._point.x, this._point.y);
  },
});

// A tile of lines or dots in the colour of the outline, over a wash of the fill.
function patternOf({ pattern, color, fillColor, fillOpacity }) {
  const size = pattern === "dots" ? 8 : 10;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const context = tile.getContext("2d");
  context.globalAlpha = fillOpacity;
  context.fillStyle = fillColor;
  context.fillRect(0, 0, size, size);
  context.globalAlpha = 0.8;
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = 1.2;
  context.beginPath();
  if (pattern === "dots") {
    context.arc(size / 2, size / 2, 1.3, 0, 7);
    context.fill();
  } else {
    const [start, end] = pattern === "hatch" ? [size, 0] : [0, size];
    for (const shift of [-size, 0, size]) {
      context.moveTo(shift, start);
      context.lineTo(shift + size, end);
    }
    context.stroke();
  }
  return context.createPattern(tile, "repeat");
}

// Styles as Leaflet takes them: a pattern is a fill.
function drawn(styles) {
  return styles.map((style) =>
    style.pattern ? { ...style, fillColor: patternOf(style), fillOpacity: 1 } : style,
  );
}

function shapeOf(feature, style, interactive) {
  const { type, coordinates } = feature.geometry;
  const options = { ...style, interactive, smoothFactor: 0.5 };
  const { mark } = feature.properties;
  let shape;
  if (type === "Point" && mark !== undefined) {
    const written = { text: mark, textColour: COLOURS.numberLabel };
    shape = new Count([coordinates[1], coordinates[0]], { ...options, ...written });
  } else if (type === "Point") {
    shape = new (style.shape ? Sign : L.CircleMarker)([coordinates[1], coordinates[0]], options);
  } else if (style.arrow) {
    const depth = type === "LineString" ? 0 : 1;
    shape = new Arrow(L.GeoJSON.coordsToLatLngs(coordinates, depth), { ...style, interactive });
  } else {
    shape = L.GeoJSON.geometryToLayer(feature, options);
    shape.setStyle(options);
  }
  shape.feature = feature;
  return shape;
}

function add(parent, tag, text) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

// What a mouse that rests on a shape is told: the heading and the first of the fields.
function tipsFor(group, fields, tip) {
  if (tip < 0 || !window.matchMedia("(hover: hover)").matches) return;
  const told = ({ feature }) => {
    const entries = feature.properties.entries.slice(0, 4).filter(Boolean);
    return popupOf(entries.map((entry) => entry.slice(0, tip + 1)), fields, "hotspot-tip");
  };
  group.bindTooltip(told, { sticky: true, className: "hotspot-hover" });
}

function popupOf(entries, fields, name = "hotspot-popup") {
  const box = document.createElement("div");
  box.className = name;
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
