import { render } from 'preact';

import { App } from './app.js';
import './styles/tokens.css';
import './styles/page.css';
import './styles/panels.css';
import './styles/chart.css';
import './styles/decisions.css';
import './styles/analyses.css';
import { applyChosenTheme } from './theme.js';

applyChosenTheme();
const root = document.getElementById('app');
if (root) render(<App />, root);
