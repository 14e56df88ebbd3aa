// The built page. It needs no token itself; each of its API calls does.
import { existsSync } from 'node:fs';
import path from 'node:path';
import express, { type Express } from 'express';

const PAGE_POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; img-src 'self' data:";

/** Serves the folder at / when it holds an index.html. The page also answers for paths that lead nowhere, to say so and to offer ways on. */
export function addPage(app: Express, folder: string): void {
  const index = path.join(folder, 'index.html');
  if (!existsSync(index)) return;
  app.use(
    express.static(folder, {
      index: 'index.html',
      setHeaders: (response, file) => {
        response.setHeader('Content-Security-Policy', PAGE_POLICY);
        response.setHeader(
          'Cache-Control',
          file.includes(`${path.sep}assets${path.sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    }),
  );
  app.get(/^\/(?!v1\/|beta\/)[^.]*$/, (request, response, next) => {
    if (!request.accepts('html') || request.headers.accept === undefined || !request.headers.accept.includes('text/html')) {
      next();
      return;
    }
    response.locals['route'] = 'page';
    response.setHeader('Content-Security-Policy', PAGE_POLICY);
    response.setHeader('Cache-Control', 'no-cache');
    response.status(404).sendFile(index);
  });
}
