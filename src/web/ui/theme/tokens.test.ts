/** Every pair of colours that meets on the screen is measured: text against its ground, series against the panel and against each other. */
import { describe, expect, test } from 'vitest';
import { asSeenWith, colorBlindness, contrast, distance, parseHex } from './color.ts';
import { cssVariables, palettes, sequential } from './tokens.ts';

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  const palette = palettes[theme];
  const soft = cssVariables(palette);
  const grounds = [palette.ground, palette.surface, palette.raised, palette.sunken];

  test.each(['text', 'quiet', 'primaryText', 'secondaryText', 'successText', 'warningText', 'errorText'] as const)(
    '%s reads at 4.5:1 on every ground',
    (key) => {
      for (const ground of grounds) expect(contrast(palette[key], ground)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(['primary', 'secondary', 'success', 'warning', 'error'] as const)('text reads at 4.5:1 on the soft tint of %s', (key) => {
    const ground = soft[`--bw-${key}-soft`] ?? '';
    expect(contrast(palette.text, ground)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette[`${key}Text`], ground)).toBeGreaterThanOrEqual(4.5);
  });

  test('a primary button reads at 4.5:1, hovered too', () => {
    expect(contrast(palette.onPrimary, palette.primary)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette.onPrimary, palette.primaryHover)).toBeGreaterThanOrEqual(4.5);
  });

  test('edges of controls stand out at 3:1', () => {
    expect(contrast(palette.edge, palette.surface)).toBeGreaterThanOrEqual(3);
    expect(contrast(palette.edge, palette.ground)).toBeGreaterThanOrEqual(3);
  });

  test('every series colour stands out at 3:1 on the panel', () => {
    for (const color of palette.series) expect(contrast(color, palette.surface)).toBeGreaterThanOrEqual(3);
  });

  test.each(['everybody', ...Object.keys(colorBlindness)])('any two series stay apart for %s', (kind) => {
    const seen = palette.series.map((hex) =>
      kind === 'everybody' ? parseHex(hex) : asSeenWith(kind as keyof typeof colorBlindness, parseHex(hex)),
    );
    const least = kind === 'everybody' ? 0.1 : 0.06;
    for (const [index, color] of seen.entries()) {
      for (const other of seen.slice(index + 1)) expect(distance(color, other)).toBeGreaterThanOrEqual(least);
    }
  });

  test('the sequential scale is even to the eye', () => {
    const steps = Array.from({ length: 11 }, (_, index) => parseHex(sequential(palette, index / 10)));
    const widths = steps.slice(1).map((color, index) => distance(color, steps[index] ?? color));
    expect(Math.max(...widths) / Math.min(...widths)).toBeLessThan(1.2);
  });
});
