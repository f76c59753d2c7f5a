/** Colour arithmetic: contrast, perceptual distance in OKLab, and how colours look to people with colour blindness. */

/** A colour as red, green and blue, each 0..1, gamma-encoded. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The colour written as `#rrggbb`. */
export function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** `#rrggbb` of a colour; channels outside 0..1 are clipped. */
export function toHex(color: Rgb): string {
  const channel = (value: number): string =>
    Math.round(Math.min(1, Math.max(0, value)) * 255)
      .toString(16)
      .padStart(2, '0');
  return `#${color.map(channel).join('')}`;
}

function toLinear(color: Rgb): Rgb {
  return color.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)) as unknown as Rgb;
}

function fromLinear(color: Rgb): Rgb {
  return color.map((value) => (value <= 0.0031308 ? value * 12.92 : 1.055 * Math.max(0, value) ** (1 / 2.4) - 0.055)) as unknown as Rgb;
}

/** Relative luminance, 0..1. @source WCAG 2.2 */
export function luminance(hex: string): number {
  const [red, green, blue] = toLinear(parseHex(hex));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colours, 1..21. @source WCAG 2.2 */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

type Matrix = readonly [Rgb, Rgb, Rgb];

function apply(matrix: Matrix, [x, y, z]: Rgb): Rgb {
  return matrix.map((row) => row[0] * x + row[1] * y + row[2] * z) as unknown as Rgb;
}

const rgbToLms: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const lmsToLab: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const labToLms: Matrix = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const lmsToRgb: Matrix = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];

/** The colour in OKLab: lightness 0..1 and two axes of hue. @source Björn Ottosson, "A perceptual color space for image processing", 2020 */
export function toOklab(color: Rgb): Rgb {
  const lms = apply(rgbToLms, toLinear(color)).map(Math.cbrt) as unknown as Rgb;
  return apply(lmsToLab, lms);
}

function fromOklab(lab: Rgb): Rgb {
  const lms = apply(labToLms, lab).map((value) => value ** 3) as unknown as Rgb;
  return fromLinear(apply(lmsToRgb, lms));
}

/** The colour `ratio` of the way from `from` to `to`, evenly to the eye. */
export function mix(from: string, to: string, ratio: number): string {
  const start = toOklab(parseHex(from));
  const end = toOklab(parseHex(to));
  const lab = start.map((value, axis) => value + ((end[axis] ?? value) - value) * ratio) as unknown as Rgb;
  return toHex(fromOklab(lab));
}

/** Distance of two colours in OKLab; 0.02 is just noticeable side by side. */
export function distance(one: Rgb, other: Rgb): number {
  const [a, b] = [toOklab(one), toOklab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** Kinds of full colour blindness as matrices on linear RGB. @source Machado, Oliveira and Fernandes 2009, severity 1.0 */
export const colorBlindness: Readonly<Record<'protanopia' | 'deuteranopia' | 'tritanopia', Matrix>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** The colour as somebody with that kind of colour blindness sees it. */
export function asSeenWith(kind: keyof typeof colorBlindness, color: Rgb): Rgb {
  const seen = apply(colorBlindness[kind], toLinear(color)).map((value) => Math.min(1, Math.max(0, value))) as unknown as Rgb;
  return fromLinear(seen);
}
