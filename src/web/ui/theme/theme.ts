/** Mantine's theme, made from the tokens. */
import { createTheme, defaultVariantColorsResolver } from '@mantine/core';
import type { MantineColorsTuple, VariantColorsResolver } from '@mantine/core';
import { mix } from './color.ts';
import { palettes, typeSizes } from './tokens.ts';

const { light, dark } = palettes;

/** Ten steps from `from` to `to` with `middle` at the sixth. */
function ramp(from: string, middle: string, to: string): MantineColorsTuple {
  const step = (index: number): string => (index <= 6 ? mix(from, middle, index / 6) : mix(middle, to, (index - 6) / 3));
  return Array.from({ length: 10 }, (_, index) => step(index)) as unknown as MantineColorsTuple;
}

const px = (size: number): string => `${size / 16}rem`;

const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant === 'filled' && (input.color === undefined || input.color === 'brand')) {
    return { ...colors, background: 'var(--bw-primary)', hover: 'var(--bw-primary-hover)', color: 'var(--bw-on-primary)', border: 'none' };
  }
  if (input.variant === 'subtle') return { ...colors, background: 'transparent', hover: 'var(--bw-sunken)', color: 'var(--bw-text)' };
  return colors;
};

/** The theme that every Mantine part on the screen obeys. */
export const theme = createTheme({
  colors: {
    brand: ramp('#FFF1EB', light.primary, '#7A2606'),
    gray: [light.ground, light.sunken, light.line, '#D3DBE1', '#C2CCD4', '#A5B0BA', light.edge, light.quiet, '#43535F', light.text],
    dark: [dark.text, dark.quiet, '#8496A3', dark.edge, '#33434E', dark.line, dark.raised, dark.surface, dark.ground, '#090D10'],
  },
  primaryColor: 'brand',
  primaryShade: { light: 6, dark: 5 },
  white: light.surface,
  black: light.text,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: px(typeSizes.small), sm: px(13), md: px(typeSizes.base), lg: px(typeSizes.title), xl: px(typeSizes.headline) },
  headings: { fontWeight: '600' },
  spacing: { xs: px(4), sm: px(8), md: px(12), lg: px(16), xl: px(24) },
  radius: { xs: px(3), sm: px(5), md: px(8), lg: px(12), xl: px(16) },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  variantColorResolver,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle' } },
    Tooltip: { defaultProps: { openDelay: 200, transitionProps: { duration: 120 }, multiline: true, maw: 320 } },
    Popover: { defaultProps: { transitionProps: { duration: 120 }, radius: 'md' } },
    Menu: { defaultProps: { transitionProps: { duration: 120 }, radius: 'md' } },
  },
});
