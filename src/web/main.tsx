/** Starts the web app. */
/// <reference types="vite/client" />
import './trusted-types.ts';
import './ui/theme/fonts.css';
import './ui/theme/mantine.css';
import 'virtual:theme.css';
import './ui/theme/base.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApp } from './app.tsx';
import { createQueryClient } from './data/queries.ts';
import { theme } from './ui/theme/theme.ts';

const App = createApp(createQueryClient());
const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no element with the id "root".');

/** Style elements that Mantine makes carry the nonce of this page; a script may read it, a style sheet may not. */
const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';

createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      getStyleNonce={() => nonce}
      withCssVariables={false}
      withGlobalClasses={false}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager({ key: 'bellwether.theme' })}
    >
      <App />
    </MantineProvider>
  </StrictMode>,
);
