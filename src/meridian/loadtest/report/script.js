// Values under the pointer, and one line through all pictures of the same moment. The report is complete without it.
'use strict';
(() => {
  const clock = (at) => {
    const s = Math.floor(at), two = (n) => String(n).padStart(2, '0');
    const h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60);
    return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };
  const digits = (value) => value.toLocaleString('en', { maximumSignificantDigits: Math.abs(value) < 1000 ? 3 : 21, maximumFractionDigits: Math.abs(value) < 1000 ? 6 : 0, roundingPriority: 'lessPrecision' });
  const shown = (value, unit) => {
    if (value === null) return '–';
    if (unit === 'ms') return value < 1000 ? `${digits(value)} ms` : `${digits(value / 1000)} s`;
    if (unit === '%') return `${digits(value * 100)} %`;
    return unit === '/s' ? `${digits(value)}/s` : `${digits(value)} ${unit}`;
  };
  const last = (list, value) => {
    let low = 0, high = list.length;
    while (low < high) { const mid = (low + high) >> 1; if (list[mid] <= value) low = mid + 1; else high = mid; }
    return low - 1;
  };
  const plots = [];
  const row = (tip, name, value) => {
    const line = document.createElement('span');
    line.append(name, Object.assign(document.createElement('strong'), { textContent: value }));
    tip.append(line);
  };
  const fill = (plot, time, height) => {
    const { data, tip } = plot, place = last(data.at, time);
    tip.replaceChildren(Object.assign(document.createElement('b'), { textContent: clock(place < 0 ? time : data.at[place]) }));
    if (data.lines) { for (const each of data.lines) row(tip, each.name, shown(place < 0 ? null : each.values[place], each.unit)); return; }
    const low = data.edges[0], high = data.edges[data.edges.length - 1];
    const value = low * (high / low) ** height;
    const cell = Math.min(Math.max(last(data.edges, value), 0), data.edges.length - 2);
    const within = place >= 0 && time < data.until;
    row(tip, `${shown(data.edges[cell], 'ms')} to ${shown(data.edges[cell + 1], 'ms')}`, within ? `${digits(data.counts[place][cell])} requests` : '–');
  };
  const hide = () => { for (const plot of plots) plot.cursor.hidden = plot.tip.hidden = true; };
  const show = (plot, part, height) => {
    for (const each of plots) {
      each.cursor.hidden = each.data.end !== plot.data.end;
      each.cursor.style.left = `${part * 100}%`;
      each.tip.hidden = each !== plot;
    }
    fill(plot, Math.min(part * plot.data.end, plot.data.end - 1e-6), height);
    plot.tip.style.left = part < 0.5 ? `calc(${part * 100}% + 12px)` : 'auto';
    plot.tip.style.right = part < 0.5 ? 'auto' : `calc(${(1 - part) * 100}% + 12px)`;
  };
  for (const block of document.querySelectorAll('.plot > script[type="application/json"]')) {
    const box = block.parentElement, cursor = document.createElement('div'), tip = document.createElement('div');
    const plot = { data: JSON.parse(block.textContent), cursor, tip, part: 0.5, height: 0.5 };
    cursor.className = 'cursor'; tip.className = 'tip'; cursor.hidden = tip.hidden = true;
    tip.setAttribute('role', 'status');
    box.append(cursor, tip);
    box.tabIndex = 0;
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', 'Values: arrow keys move through them');
    const point = (event) => {
      const area = box.getBoundingClientRect();
      plot.part = Math.min(Math.max((event.clientX - area.left) / area.width, 0), 1);
      plot.height = Math.min(Math.max(1 - (event.clientY - area.top) / area.height, 0), 1);
      show(plot, plot.part, plot.height);
    };
    box.addEventListener('pointermove', point);
    box.addEventListener('pointerdown', point);
    box.addEventListener('pointerleave', hide);
    box.addEventListener('blur', hide);
    box.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (event.key === 'Escape') hide();
      if (!step) return;
      event.preventDefault();
      const rows = plot.data.edges ? plot.data.edges.length - 1 : 20;
      plot.part = Math.min(Math.max(plot.part + step[0] / Math.max(plot.data.at.length, 1), 0), 1);
      plot.height = Math.min(Math.max(plot.height + step[1] / rows, 0), 1);
      show(plot, plot.part, plot.height);
    });
    plots.push(plot);
  }
  // A table that is wider than its frame is scrolled with the keyboard too.
  const reach = () => { for (const frame of document.querySelectorAll('.scroll')) { if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0; else frame.removeAttribute('tabindex'); } };
  addEventListener('resize', reach);
  reach();
})();
