import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { takeFragment } from './api/token.ts';
import { App } from './shell/app.tsx';
import { applyTheme } from './ui/theme.ts';
import './styles/index.css';

takeFragment();
window.addEventListener('hashchange', takeFragment);
applyTheme();

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element #page');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
