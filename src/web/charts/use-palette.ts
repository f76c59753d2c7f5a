/** The palette of the theme that is on. */
import { useComputedColorScheme } from '@mantine/core';
import { palettes } from '../ui/theme/tokens.ts';
import type { Palette } from '../ui/theme/tokens.ts';

/** Colours for what is drawn outside the style sheet. */
export function usePalette(): Palette {
  return palettes[useComputedColorScheme('light', { getInitialValueInEffect: false })];
}
