// The part of Apache ECharts 6 that the figures explorer uses. The canvas renderer sets no style attribute in
// markup, so it runs under a Content-Security-Policy without inline styles; tooltips are drawn, not built as HTML.
import { init, use } from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, TooltipComponent, CanvasRenderer]);
window.echarts = { init };
