/** The buttons of a toolbar that belong to a view of points. */

import { html, type TemplateResult } from 'lit';
import { zoomStep } from '../heatmap/gestures.ts';
import { iconButton, toggleButton } from '../toolbar.ts';
import type { PointsView } from './pointsView.ts';

/** Zoom and fit, the lasso, and, where the owner listens to it, dragging anywhere. */
export function pointsTools(view: PointsView, canProbe: boolean): TemplateResult {
  const toggle = (tool: 'lasso' | 'probe') => () => (view.tool = view.tool === tool ? 'pan' : tool);
  return html`${canProbe ? toggleButton('target', 'Drag anywhere', view.tool === 'probe', toggle('probe')) : ''}
  ${toggleButton('symbol-snippet', 'Lasso: Ctrl adds, Alt removes, Escape clears', view.tool === 'lasso', toggle('lasso'), 'Shift and drag')}
  ${iconButton('zoom-out', 'Zoom out', () => view.zoom(1 / zoomStep), '-')}
  ${iconButton('zoom-in', 'Zoom in', () => view.zoom(zoomStep), '+')} ${iconButton('screen-full', 'Show all', () => view.fit(), '0')}`;
}
