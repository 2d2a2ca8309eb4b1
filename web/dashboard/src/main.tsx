import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { startTheme } from './app/theme.ts';
import './design/index.css';

startTheme();
const place = document.getElementById('app');
if (place) createRoot(place).render(<App />);
