// What the map and the plot are painted with, by day and by night. The page's own colours are in explorer.css.

const light = {
  paper: '#ffffff',
  outside: '#e4e7eb',
  pool: '#f6f8fa',
  ink: '#1b1f24',
  soft: '#57606a',
  grid: '#d8dee4',
  used: '#1f6feb',
  cached: '#d98a00',
  free: '#dfeee2',
  marked: '#d1242f',
  memory: '#6e7781',
  peak: '#8250df',
  largestFree: '#1a7f37',
  other: '#9aa4af',
  ramp: ['#d7e5fb', '#8fb8f5', '#3f86ee', '#1554b5', '#0a2f6b'],
};

const dark = {
  paper: '#0d1117',
  outside: '#21262d',
  pool: '#161b22',
  ink: '#e6edf3',
  soft: '#9198a1',
  grid: '#2a313a',
  used: '#4493f8',
  cached: '#d29922',
  free: '#1b3324',
  marked: '#ff7b72',
  memory: '#9198a1',
  peak: '#a371f7',
  largestFree: '#3fb950',
  other: '#59636e',
  ramp: ['#12305e', '#1f5fb8', '#4493f8', '#92c0ff', '#e2efff'],
};

/** Stacks and threads: as far apart as ten can be, on either paper. */
const kinds = [
  ...['#3b82f6', '#e8590c', '#2f9e44', '#ae3ec9', '#e03131'],
  ...['#1098ad', '#b08800', '#d6336c', '#6741d9', '#74b816'],
];

/** @returns {typeof light & { kinds: string[] }} */
export const scheme = (isDark) => ({ ...(isDark ? dark : light), kinds });

/** A colour as a pixel of a canvas: alpha, blue, green, red, from the top. */
export function pixel(colour) {
  const value = Number.parseInt(colour.slice(1), 16);
  return (0xff000000 | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

/** A pixel between two: at 0 the first, at 1 the second. */
export function mix(a, b, share) {
  let result = 0xff000000;
  for (const shift of [0, 8, 16]) {
    const [from, to] = [(a >>> shift) & 255, (b >>> shift) & 255];
    result |= Math.round(from + (to - from) * share) << shift;
  }
  return result >>> 0;
}

/** The pixel at a place from 0 to 1 of a ramp. */
export function onRamp(ramp, share) {
  const at = Math.max(0, Math.min(share, 1)) * (ramp.length - 1);
  const index = Math.min(Math.floor(at), ramp.length - 2);
  return mix(pixel(ramp[index]), pixel(ramp[index + 1]), at - index);
}
