import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { takeTokenFromFragment } from './api/token.ts';
import { App } from './shell/app.tsx';
import { applyTheme } from './ui/theme.ts';
import './styles/index.css';

takeTokenFromFragment();
window.addEventListener('hashchange', takeTokenFromFragment);
applyTheme();

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element #page');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
