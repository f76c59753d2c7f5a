/** What the bundler adds to the language: style sheets as modules. */
/// <reference types="vite/client" />

declare module 'virtual:theme.css';
