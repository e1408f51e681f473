/**
 * The certificate of every fake server that speaks TLS: self-signed, for fake-internet.example, valid to 2126. Its key
 * is public, so it protects nothing.
 */

/** PEM. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBlzCCAT2gAwIBAgIUPf1LnzRwfRwk5/MAZiKkFTcfkLYwCgYIKoZIzj0EAwIw
IDEeMBwGA1UEAwwVZmFrZS1pbnRlcm5ldC5leGFtcGxlMCAXDTI2MTEyMzE1NTQ1
N1oYDzIxMjYxMDMwMTU1NDU3WjAgMR4wHAYDVQQDDBVmYWtlLWludGVybmV0LmV4
YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQEKTFXIoIloFl7FAh+FAXX
kYWV4nrSD+YxHDnvcMxUOqnpeACEaSpHO6Rqv+1Xreyz5t9kDV4CTY/1/k2nGS49
o1MwUTAdBgNVHQ4EFgQUIMkHFY094B2JuvEzbElnpMpOx/swHwYDVR0jBBgwFoAU
IMkHFY094B2JuvEzbElnpMpOx/swDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQD
AgNIADBFAiEAhoZwNSnxQCnEeCAO7Cy6QFEiDbn62kGjI01NVZtwbBMCID/CjQ0Y
ZHu8ZgU/gqEbk1WewOPN5YEyvueYpvppt8vv
-----END CERTIFICATE-----
`;

/** PEM. */
export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaci8exoCiLeAfggD
syPYA4XhjOoCVWJD+g1vv3ZhgVChRANCAAQEKTFXIoIloFl7FAh+FAXXkYWV4nrS
D+YxHDnvcMxUOqnpeACEaSpHO6Rqv+1Xreyz5t9kDV4CTY/1/k2nGS49
-----END PRIVATE KEY-----
`;
