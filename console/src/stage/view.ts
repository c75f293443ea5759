// Where a picture is in the viewer: how large, and how far from the middle, in pixels of the window.
export interface View {
  scale: number;
  x: number;
  y: number;
}

const kMost = 12;

/** Keeps a part of the picture in sight: its edge goes no further than the middle of the box. */
export function clampShift(view: View, box: { width: number; height: number }): View {
  const room = (side: number) => Math.max(0, (side * view.scale - side) / 2);
  const within = (value: number, most: number) => (most === 0 ? 0 : Math.min(most, Math.max(-most, value)));
  return { scale: view.scale, x: within(view.x, room(box.width)), y: within(view.y, room(box.height)) };
}

/** Zooms around `at`, counted from the middle of the box: what is there stays there. */
export function zoomed(
  view: View,
  factor: number,
  at: { x: number; y: number },
  box: { width: number; height: number },
): View {
  const scale = Math.min(kMost, Math.max(1, view.scale * factor));
  const real = scale / view.scale;
  return clampShift({ scale, x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real }, box);
}
