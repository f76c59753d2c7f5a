/** An ECharts surface that follows the size of its element and draws the option it is given. */
import { useEffect, useState } from 'react';
import type { RefObject } from 'react';
import type { createSurface } from './echarts.ts';
import type { OptionPart, PictureSize } from './trend-option.ts';

type Surface = ReturnType<typeof createSurface>;

/** The size of the element, once known. */
export function useSize(element: RefObject<HTMLElement | null>): PictureSize | null {
  const [size, setSize] = useState<PictureSize | null>(null);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      if (width > 0 && height > 0) setSize({ widthPx: Math.round(width), heightPx: Math.round(height) });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** Draws `option` into the element, loading ECharts first; `axisText` writes the labels of the value axes. */
export function useSurface(
  element: RefObject<HTMLElement | null>,
  option: Record<string, unknown> | null,
  size: PictureSize | null,
  axisText: (value: number, pane: number) => string,
): void {
  const [surface, setSurface] = useState<Surface | null>(null);
  useEffect(() => {
    let isGone = false;
    let made: Surface | null = null;
    const open = async (): Promise<void> => {
      const { createSurface } = await import('./echarts.ts');
      if (isGone || element.current === null) return;
      made = createSurface(element.current);
      setSurface(made);
    };
    void open();
    return () => {
      isGone = true;
      made?.dispose();
      setSurface(null);
    };
  }, [element]);
  useEffect(() => {
    if (surface === null || option === null || size === null) return;
    surface.resize({ width: size.widthPx, height: size.heightPx });
    const yAxis = (option['yAxis'] as OptionPart[]).map((axis, pane) => ({
      ...axis,
      axisLabel: { ...(axis['axisLabel'] as OptionPart), formatter: (value: number) => axisText(value, pane) },
    }));
    surface.setOption({ ...option, yAxis }, { notMerge: true, lazyUpdate: false });
  }, [surface, option, size, axisText]);
}
