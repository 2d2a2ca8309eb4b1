/** Who is logged in, for components. */
import { createContext, use } from 'react';
import type { Principal } from '../api/types.ts';

export const PrincipalContext = createContext<Principal | null>(null);

export function usePrincipal(): Principal {
  const principal = use(PrincipalContext);
  if (!principal) throw new Error('nobody is logged in');
  return principal;
}

/** Whether to offer what changes anything; control checks it again. */
export function useMayAct(): boolean {
  return usePrincipal().role === 'admin';
}
