/** An ECharts surface that follows the size of its element and draws the option it is given. */
import { useEffect, useRef, useState } from 'react';
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
  const surface = useRef<Surface | null>(null);
  const [isReady, setIsReady] = useState(false);
  useEffect(() => {
    let isGone = false;
    void import('./echarts.ts').then(({ createSurface }) => {
      if (isGone || element.current === null) return;
      surface.current = createSurface(element.current);
      setIsReady(true);
    });
    return () => {
      isGone = true;
      surface.current?.dispose();
      surface.current = null;
      setIsReady(false);
    };
  }, [element]);
  useEffect(() => {
    if (surface.current === null || option === null || size === null) return;
    surface.current.resize({ width: size.widthPx, height: size.heightPx });
    const yAxis = (option['yAxis'] as OptionPart[]).map((axis, pane) => ({
      ...axis,
      axisLabel: { ...(axis['axisLabel'] as OptionPart), formatter: (value: number) => axisText(value, pane) },
    }));
    surface.current.setOption({ ...option, yAxis }, { notMerge: true, lazyUpdate: false });
  }, [option, size, isReady, axisText]);
}
