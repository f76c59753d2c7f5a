/** The parts of ECharts that the charts use; loaded when the first chart is drawn. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridSimpleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

// the simple grid comes without an axis pointer: the crosshair is our own
use([LineChart, BarChart, GridSimpleComponent, SVGRenderer]);

/** A drawing surface in `element`, drawn as SVG. */
export function createSurface(element: HTMLElement): ReturnType<typeof init> {
  return init(element, null, { renderer: 'svg' });
}
