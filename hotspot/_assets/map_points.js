// Points that may be many: numbers in circles from afar, each by itself from near.
const MOST_POINTS = 2000;
const BIN_PIXELS = 72;
const MOST_KEPT = 300;

const Points = L.FeatureGroup.extend({
  initialize(rows, { styles, fields, tip = -1 }) {
    L.FeatureGroup.prototype.initialize.call(this, []);
    Object.assign(this, { rows, styles: drawn(styles), fields });
    tipsFor(this, fields, tip);
    this._counts = L.layerGroup();
    // Of a row the number of its style; below 0 it is not shown.
    this.styleOf = ([, style]) => style;
    this.bindPopup((shape) => popupOf(shape.feature.properties.entries, fields), {
      maxHeight: 260,
      maxWidth: 280,
    });
  },
  onAdd(map) {
    L.FeatureGroup.prototype.onAdd.call(this, map);
    this._counts.addTo(map);
    map.on("moveend", this.draw, this);
    map.hotspotPoints = (map.hotspotPoints || new Set()).add(this);
    this.draw();
  },
  onRemove(map) {
    map.off("moveend", this.draw, this);
    map.hotspotPoints.delete(this);
    this._counts.remove();
    L.FeatureGroup.prototype.onRemove.call(this, map);
  },
  bringToFront() {
    this._counts.eachLayer((circle) => circle.bringToFront());
    L.FeatureGroup.prototype.bringToFront.call(this);
    return this;
  },
  // Where on the screen the signs are that nothing may hide.
  keptBoxes() {
    const size = signSize(this._map);
    const view = this._map.getBounds();
    const boxes = [];
    for (const row of this.rows) {
      const style = this.styles[this.styleOf(row)];
      const [lon, lat] = row[0];
      if (!style || !style.least || !view.contains([lat, lon])) continue;
      const reach = style.radius * Math.max(style.least, size);
      const above = style.shape ? Math.min(...style.shape.map(([, down]) => down)) : -1;
      const { x, y } = this._map.latLngToLayerPoint([lat, lon]);
      boxes.push(L.bounds([x - reach, y + above * reach], [x + reach, y]));
      if (boxes.length === MOST_KEPT) break;
    }
    return boxes;
  },
  draw() {
    if (!this._map) return;
    this.clearLayers();
    this._counts.clearLayers();
    const view = this._map.getBounds().pad(0.1);
    const [west, south] = [view.getWest(), view.getSouth()];
    const [east, north] = [view.getEast(), view.getNorth()];
    const seen = this.rows.filter(
      (row) =>
        row[0][0] >= west && row[0][0] <= east && row[0][1] >= south && row[0][1] <= north &&
        this.styleOf(row) >= 0,
    );
    if (seen.length > MOST_POINTS) {
      // What a briefing is about never goes under in a number of all.
      const kept = seen.filter((row) => this.styles[this.styleOf(row)].least);
      const alone = new Set(kept.length > MOST_POINTS ? [] : kept);
      this._drawCounts(seen.filter((row) => !alone.has(row)));
      this._drawEach([...alone]);
    } else this._drawEach(seen);
    this._map.fire("pointsdrawn", { points: this });
  },
  _drawEach(rows) {
    const larger = signSize(this._map);
    for (const feature of features(rows.map(([at, , entry], number) => [at, number, entry]))) {
      const style = this.styles[this.styleOf(rows[feature.properties.style])];
      const radius = style.radius * Math.max(style.least || 0, larger);
      const shape = shapeOf(feature, { ...style, radius }, true);
      this.addLayer(shape);
    }
  },
  _drawCounts(rows) {
    const zoom = this._map.getZoom();
    const bins = new Map();
    for (const row of rows) {
      const [lon, lat] = row[0];
      const { x, y } = this._map.project([lat, lon], zoom);
      const key = `${Math.floor(x / BIN_PIXELS)},${Math.floor(y / BIN_PIXELS)}`;
      const bin = bins.get(key) || { count: 0, lon: 0, lat: 0, style: this.styleOf(row) };
      bin.count += 1;
      bin.lon += lon;
      bin.lat += lat;
      bins.set(key, bin);
    }
    const most = Math.max(...[...bins.values()].map(({ count }) => count));
    for (const { count, lon, lat } of bins.values()) {
      const text = count.toLocaleString("en-GB");
      const circle = new Count([lat / count, lon / count], {
        ...COLOURS.many,
        radius: 9 + 3 * text.length + 9 * Math.sqrt(count / most),
        text,
      });
      circle.on("click", () => this._map.setView(circle.getLatLng(), this._map.getZoom() + 2));
      this._counts.addLayer(circle);
    }
  },
});

// Signs that do not hide each other from afar.
function signSize(map) {
  return Math.min(1.25, Math.max(0.45, 2 ** ((map.getZoom() - 15.5) / 2.5)));
}

function points(rows, options) {
  const group = new Points(rows, options);
  group.facts = { rows, fields: options.fields };
  return group;
}
