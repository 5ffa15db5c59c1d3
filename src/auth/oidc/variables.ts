/** Names that are known without loading what fetches a token. */

/** The runner of GitHub Actions makes it for one job: it tells jobs apart. */
export const REQUEST_TOKEN_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
