/** The parts of ECharts that the charts use; loaded when the first chart is drawn. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, BarChart, GridComponent, LabelLayout, SVGRenderer]);

/** A drawing surface in `element`, drawn as SVG. */
export function createSurface(element: HTMLElement): ReturnType<typeof init> {
  return init(element, null, { renderer: 'svg' });
}
