/** The theme as a style sheet, written at build time, so that the page needs no style element and obeys a strict content policy. */
import { DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core';
import { theme } from './theme.ts';
import { cssVariables, palettes } from './tokens.ts';
import type { Palette } from './tokens.ts';

/** Colour families of Mantine that no part of the screen uses. */
const unusedFamily = /^--mantine-color-(red|pink|grape|violet|indigo|blue|cyan|teal|green|lime|yellow|orange)-/;

/** Mantine's own variables, pointed at our tokens. */
const aliases: Readonly<Record<string, string>> = {
  '--mantine-color-body': 'var(--bw-surface)',
  '--mantine-color-text': 'var(--bw-text)',
  '--mantine-color-bright': 'var(--bw-text)',
  '--mantine-color-dimmed': 'var(--bw-quiet)',
  '--mantine-color-placeholder': 'var(--bw-quiet)',
  '--mantine-color-anchor': 'var(--bw-primary-text)',
  '--mantine-color-error': 'var(--bw-error-text)',
  '--mantine-primary-color-filled': 'var(--bw-primary)',
  '--mantine-primary-color-filled-hover': 'var(--bw-primary-hover)',
  '--mantine-color-default': 'var(--bw-surface)',
  '--mantine-color-default-hover': 'var(--bw-sunken)',
  '--mantine-color-default-color': 'var(--bw-text)',
  '--mantine-color-default-border': 'var(--bw-edge)',
};

function block(selector: string, variables: Record<string, string>): string {
  const lines = Object.entries(variables).filter(([name]) => !unusedFamily.test(name));
  return `${selector} {\n${lines.map(([name, value]) => `  ${name}: ${value};`).join('\n')}\n}\n`;
}

function withTokens(own: Record<string, string>, palette: Palette): Record<string, string> {
  return { ...own, ...cssVariables(palette), ...aliases };
}

/** The whole style sheet of variables, for both themes. */
export function themeCss(): string {
  const resolved = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
  return [
    block(':root', resolved.variables),
    block(":root, :root[data-mantine-color-scheme='light']", {
      'color-scheme': 'light',
      '--mantine-color-scheme': 'light',
      ...withTokens(resolved.light, palettes.light),
    }),
    block(":root[data-mantine-color-scheme='dark']", {
      'color-scheme': 'dark',
      '--mantine-color-scheme': 'dark',
      ...withTokens(resolved.dark, palettes.dark),
    }),
  ].join('\n');
}
