// Names on the map: those in view, the most important first, none over another of any layer.
const Labels = L.Layer.extend({
  initialize(rows, options) {
    this._rows = rows;
    L.setOptions(this, { minZoom: 0, maxZoom: 99, most: 150, rise: 0, ...options });
  },
  onAdd(map) {
    this._shown = L.layerGroup().addTo(map);
    if (!map.hotspotLabels) {
      map.hotspotLabels = [];
      map.on("moveend", () => placeLabels(map));
    }
    map.hotspotLabels.push(this);
    placeLabels(map);
  },
  onRemove(map) {
    map.hotspotLabels = map.hotspotLabels.filter((labels) => labels !== this);
    this._shown.remove();
    placeLabels(map);
  },
  place(map, view, taken) {
    this._shown.clearLayers();
    const zoom = map.getZoom();
    if (zoom < this.options.minZoom || zoom > this.options.maxZoom) return;
    let left = this.options.most;
    const written = new Set();
    for (const [lon, lat, text, degrees] of this._rows) {
      if (!left) break;
      if (!view.contains([lat, lon]) || written.has(text)) continue;
      const point = map.latLngToLayerPoint([lat, lon]).subtract([0, this.options.rise]);
      const box = this._box(point, text, degrees);
      if (taken.some((other) => other.intersects(box))) continue;
      taken.push(box);
      // Such a name has several places, of which one is enough.
      if (this.options.once) written.add(text);
      left -= 1;
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
    const { className, rise } = this.options;
    const icon = L.divIcon({ html: label, iconSize: [0, 0], iconAnchor: [0, rise], className });
    return L.marker(place, { icon, interactive: false, keyboard: false });
  },
});

const LABEL_ORDER = ["rank", "area", "change", "level", "door", "street", "zone"];

function placeLabels(map) {
  const view = map.getBounds();
  // No name is written over what a briefing is about.
  const taken = [...(map.hotspotPoints || [])].flatMap((points) => points.keptBoxes());
  const order = ({ options }) => LABEL_ORDER.indexOf(options.className.replace("hotspot-", ""));
  [...map.hotspotLabels]
    .sort((one, other) => order(one) - order(other))
    .forEach((labels) => labels.place(map, view, taken));
}
