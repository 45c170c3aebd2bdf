// The burglaries of one week, with those of the weeks before that still count, by a slider.
const WEEK_DAYS = 7;
const STEP_MS = 900;

function weeks(sources, today, { styles, weeks: names, windowDays }) {
  const rows = sources.flatMap((source) => source.rows);
  const layer = new Points(rows, { styles, fields: sources[0].fields });
  layer.styleOf = () => -1;
  layer.weeks = { names, today, windowDays, ages: rows.map((row) => row[3]) };
  return layer;
}

// Show a week, 0 the newest.
function showWeek(layer, number) {
  const { names, windowDays } = layer.weeks;
  const end = number * WEEK_DAYS;
  layer.styleOf = ([, , , age]) => {
    if (age < end || age > end + windowDays) return -1;
    return age < end + WEEK_DAYS ? 0 : 1;
  };
  layer.draw();
  const count = layer.weeks.ages.filter((age) => age >= end && age < end + WEEK_DAYS).length;
  const noun = count === 1 ? "burglary" : "burglaries";
  return `${names[number]}: ${count.toLocaleString("en-GB")} ${noun} found`;
}

// The strip below the map: play, the slider, what is shown, and the way back.
function weekStrip(map, layer) {
  const last = layer.weeks.names.length - 1;
  const strip = document.createElement("section");
  strip.className = "hotspot-weeks";
  strip.setAttribute("aria-label", "Burglaries week by week");
  const play = add(strip, "button", "Play");
  const slider = add(strip, "input");
  const told = add(strip, "output", "Week by week: move the slider, or play");
  const back = add(strip, "button", "Back to today");
  play.type = back.type = "button";
  back.hidden = true;
  Object.assign(slider, { type: "range", min: 0, max: last, value: last });
  slider.setAttribute("aria-label", "Week");
  slider.setAttribute("aria-valuetext", layer.weeks.names[0]);
  let timer = null;
  let hidden = [];

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  }
  function show() {
    if (!map.hasLayer(layer)) map.addLayer(layer);
    told.textContent = showWeek(layer, last - slider.value);
    slider.setAttribute("aria-valuetext", told.textContent);
  }
  function step() {
    if (+slider.value === last) stop();
    else {
      slider.value = +slider.value + 1;
      show();
    }
  }
  play.addEventListener("click", () => {
    if (timer !== null) return stop();
    if (+slider.value === last) slider.value = 0;
    play.textContent = "Pause";
    timer = setInterval(step, STEP_MS);
    show();
  });
  slider.addEventListener("input", () => {
    stop();
    show();
  });
  back.addEventListener("click", () => {
    map.removeLayer(layer);
    slider.focus();
  });
  layer.on("add", () => {
    hidden = layer.weeks.today.filter((other) => map.hasLayer(other));
    hidden.forEach((other) => map.removeLayer(other));
    back.hidden = false;
    show();
  });
  layer.on("remove", () => {
    stop();
    hidden.forEach((other) => map.addLayer(other));
    back.hidden = true;
    told.textContent = "Week by week: move the slider, or play";
    slider.value = last;
  });
  return strip;
}
