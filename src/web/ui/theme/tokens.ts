/** The one set of design tokens, light and dark: the style sheet, Mantine's theme and the charts are all made from these. */
import { mix } from './color.ts';

/** Every colour the screen uses, in one theme. */
export interface Palette {
  /** page */
  ground: string;
  /** panel */
  surface: string;
  /** menus, dialogs and what else floats */
  raised: string;
  /** hovered rows, quiet fills */
  sunken: string;
  /** hairline between things */
  line: string;
  /** edge of something one can type into or press; 3:1 on the surface */
  edge: string;
  text: string;
  quiet: string;
  /** large fills and marks */
  primary: string;
  primaryHover: string;
  /** text on a primary fill */
  onPrimary: string;
  /** links, selected words */
  primaryText: string;
  secondary: string;
  secondaryText: string;
  success: string;
  successText: string;
  warning: string;
  warningText: string;
  error: string;
  errorText: string;
  /** series colours in order */
  series: readonly [string, string, string, string, string, string, string, string];
  /** "others", and series of a comparison */
  others: string;
  comparison: string;
  grid: string;
  /** ends of the sequential scale, from little to much */
  scaleLow: string;
  scaleHigh: string;
}

/** Names of the themes. */
export type ThemeName = 'light' | 'dark';

/** The palettes by theme. Series are tuned from the brand's so that they pass 3:1 and any two stay apart under colour blindness (measured in tokens.test.ts). */
export const palettes: Readonly<Record<ThemeName, Palette>> = {
  light: {
    ground: '#F8F9FA',
    surface: '#FFFFFF',
    raised: '#FFFFFF',
    sunken: '#F1F4F6',
    line: '#E1E7EC',
    edge: '#84919C',
    text: '#2C3E50',
    quiet: '#5B6B78',
    primary: '#FF6B35',
    primaryHover: '#F95C22',
    onPrimary: '#2A1104',
    primaryText: '#B93C0B',
    secondary: '#4ECDC4',
    secondaryText: '#0B7A72',
    success: '#45B7D1',
    successText: '#0E7490',
    warning: '#F9CA24',
    warningText: '#8A6100',
    error: '#F0932B',
    errorText: '#B42318',
    series: ['#E8590C', '#23A687', '#316FC3', '#908844', '#935DE8', '#CE3395', '#49671F', '#686E76'],
    others: '#A5B0BA',
    comparison: '#8B98A3',
    grid: '#EBEFF3',
    scaleLow: '#E8F4F4',
    scaleHigh: '#07535B',
  },
  dark: {
    ground: '#0E1418',
    surface: '#151D23',
    raised: '#1B252C',
    sunken: '#1D2830',
    line: '#26333C',
    edge: '#687985',
    text: '#E7EEF3',
    quiet: '#A3B3BF',
    primary: '#FF8A5C',
    primaryHover: '#FF9B73',
    onPrimary: '#2A1104',
    primaryText: '#FF8A5C',
    secondary: '#5AD6CC',
    secondaryText: '#5AD6CC',
    success: '#6EC9E0',
    successText: '#6EC9E0',
    warning: '#FFD54D',
    warningText: '#FFD54D',
    error: '#FF8577',
    errorText: '#FF8577',
    series: ['#FF8A5C', '#50D3C2', '#7A9DFC', '#DFBA1E', '#BF82D4', '#FF6389', '#85961A', '#9DA3B1'],
    others: '#5D6C78',
    comparison: '#7C8C98',
    grid: '#202C34',
    scaleLow: '#17323A',
    scaleHigh: '#63D6CC',
  },
};

/** Sizes of type in px: small, base, two titles, two numbers. */
export const typeSizes = { small: 12, base: 14, title: 16, headline: 20, number: 28, hero: 40 } as const;

const tints: readonly (keyof Palette)[] = ['primary', 'secondary', 'success', 'warning', 'error'];

/** The palette as CSS custom properties: `--bw-ground`, `--bw-primary-text`, `--bw-series-1`, and a soft tint of each signal colour as `--bw-warning-soft`. */
export function cssVariables(palette: Palette): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [key, value] of Object.entries(palette) as [string, string | readonly string[]][]) {
    const name = `--bw-${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === 'string') variables[name] = value;
    else value.forEach((color, index) => (variables[`${name}-${index + 1}`] = color));
  }
  for (const key of tints) variables[`--bw-${key}-soft`] = mix(palette.surface, palette[key] as string, 0.13);
  return variables;
}

/** The colour of the sequential scale at `ratio` 0..1; even to the eye, readable in both themes. */
export function sequential(palette: Palette, ratio: number): string {
  return mix(palette.scaleLow, palette.scaleHigh, Math.min(1, Math.max(0, ratio)));
}
