# Completion of mtlsctl for PowerShell (5.1 and later).
# Made by `mtlsctl completions powershell`; do not edit.

Register-ArgumentCompleter -Native -CommandName 'mtlsctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # What may follow a command: commands and options with their help, and a kind of value for each argument.
    # With Many the last argument may be repeated.
    $commands = @{
        '' = @{
            Commands = @(
                'ca Create and look after certificate authorities.'
                'key Make private keys.'
                'csr Make certificate signing requests.'
                'sign Sign a certificate signing request with a CA.'
                'issue Issue a key and certificate, with the chain and CA, ready to use.'
                'renew Renew a certificate when it is due, as a pair with a new key.'
                'revoke Revoke a certificate and publish the CRL.'
                'crl Publish a fresh CRL.'
                'inspect Show what a file, a folder or a server holds: any format, any number of objects.'
                'verify Verify a certificate chain as the peer would.'
                'lint Check certificates, requests, CRLs, a CA or a server against rules.'
                'explain Explain a code, or an error or log line of another program.'
                'handshake Do one TLS handshake and say what happened.'
                'probe Prove that a server lets only the right clients in.'
                'serve Run a TLS server that shows who connects, for debugging clients.'
                'completions Print the completion script of a shell.'
                'demo Play the whole story, from nothing to a proven handshake, on loopback.'
            )
            Options = @(
                '--version Show the version.'
                '-V Show the version.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Many = $false
        }
        'ca' = @{
            Commands = @(
                'create Create a CA: a root and an issuing CA below it.'
                'list List the CAs, what they issued and when they expire.'
                'show Show one CA: its certificates and what it issued.'
                'export Write a CA''s root certificate, for those who must trust it.'
            )
            Options = @(
                '--help Show this help.'
                '-h Show this help.'
            )
            Many = $false
        }
        'ca create' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--key-type The kind of both keys.'
                '--permit Only names below: dns:test, ip:10.0.0.0/8, email:, uri:.'
                '--lifetime The root''s lifetime. [default: 3650d]'
                '--issuing-lifetime The issuing CA''s. [default: 1825d]'
                '--folder Keep it here instead of below MTLSCTL_HOME.'
                '--encrypt Encrypt both keys; asks for the password.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'none'
            )
            Many = $false
        }
        'ca list' = @{
            Options = @(
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Many = $false
        }
        'ca show' = @{
            Options = @(
                '--ca The CA; not needed when there is one.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'cas'
            )
            Many = $false
        }
        'ca export' = @{
            Options = @(
                '--ca The CA; not needed when there is one.'
                '--out The file to write; - is standard output.'
                '--chain The issuing CA''s certificate too.'
                '--der DER instead of PEM.'
                '--force Replace files that are already there.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'cas'
            )
            Many = $false
        }
        'key' = @{
            Commands = @(
                'new Make a private key.'
            )
            Options = @(
                '--help Show this help.'
                '-h Show this help.'
            )
            Many = $false
        }
        'key new' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--key-type The kind of key.'
                '--encrypt Encrypt it; asks for the password.'
                '--force Replace files that are already there.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'files'
            )
            Many = $false
        }
        'csr' = @{
            Commands = @(
                'new Make a certificate signing request for a key.'
            )
            Options = @(
                '--help Show this help.'
                '-h Show this help.'
            )
            Many = $false
        }
        'csr new' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--name A DNS name, IP address, e-mail address or URI.'
                '--cn The CN. [default: the first DNS name]'
                '--out The file to write; - is standard output. [default: KEY''s name, .csr]'
                '--force Replace files that are already there.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'files'
            )
            Many = $false
        }
        'sign' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--profile What the certificate is for.'
                '--ca The CA; not needed when there is one.'
                '--name Certify these names instead of those requested.'
                '--lifetime 90d, 12h, 2w, 1y, P90D, or an end: 2027-01-31.'
                '--allow-long Allow a lifetime above 825 days.'
                '--out The file to write; - is standard output. [default: CSR''s name, .crt]'
                '--dry-run Show what would be granted, sign nothing.'
                '--force Replace files that are already there.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'files'
            )
            Many = $false
        }
        'issue' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--ca The CA; not needed when there is one.'
                '--out The folder in which the identity''s folder is made.'
                '--key-type The kind of key.'
                '--cn The CN. [default: the first name]'
                '--lifetime 90d, 12h, 2w, 1y, P90D, or an end: 2027-01-31.'
                '--allow-long Allow a lifetime above 825 days.'
                '--from One identity for each line of names in FILE.'
                '--force Replace files that are already there.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'words server client peer spiffe'
                'none'
            )
            Many = $true
        }
        'renew' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--key The key of a certificate''s FILE. [default: FILE''s name, .key]'
                '--ca The CA; not needed when there is one.'
                '--within Due when less than this is left, such as 30d.'
                '--force Renew now, due or not.'
                '--reuse-key Keep the key; a new one is the default.'
                '--exit-code Exit 10 when renewed, 0 when not due.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'files'
            )
            Many = $false
        }
        'revoke' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--ca The CA; not needed when there is one.'
                '--reason Why.'
                '--all All valid certificates of that name.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'files'
            )
            Many = $false
        }
        'crl' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--ca The CA; not needed when there is one.'
                '--root The root''s CRL instead of the issuing CA''s.'
                '--lifetime Until nextUpdate. [default: 7d; root 365d]'
                '--out Also write the newest CRLs of both here, as one PEM file.'
                '--force Replace files that are already there.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Many = $false
        }
        'inspect' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--starttls Begin in plain text: smtp, imap, postgres, ldap, ...'
                '--proxy http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.'
                '--connect Go there, and ask there for the target.'
                '--send-proxy Send a PROXY protocol header first, as haproxy does.'
                '--ipv4 Use IPv4 addresses alone.'
                '-4 Use IPv4 addresses alone.'
                '--ipv6 Use IPv6 addresses alone.'
                '-6 Use IPv6 addresses alone.'
                '--short One line for each object.'
                '--diff What differs between the one and this: the first of each.'
                '--pem Print certificates, requests and CRLs as clean PEM, leaf first: repairs a file.'
                '--der Print the one certificate, request or CRL as DER.'
                '--openssl Print what openssl x509 -text prints.'
                '--field One field of each object, a line each: sha256 ...; repeatable.'
                '--graph Draw who signed whom: FILE.svg, FILE.dot, or - for DOT. A CA by name, too.'
                '--force Replace files that are already there.'
                '--timeout For connecting, and as long again for the handshake.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'files'
            )
            Many = $true
        }
        'verify' = @{
            Options = @(
                '--ca Trust these: a file, or a CA of yours. [env var: MTLSCTL_CA]'
                '--system-ca Trust the system''s roots.'
                '--system Trust the system''s roots.'
                '--certifi Trust Mozilla''s roots, as certifi has them.'
                '--as For what. [default: what it allows]'
                '--name A name that it must have; several: all of them.'
                '--chain More intermediates: a file, a folder, or a CA of yours.'
                '--policy Whose rules decide; STACK: go, java, ...; all: each of them (a default depth only warns).'
                '--max-depth CAs allowed between leaf and root.'
                '--revocation Whether each certificate needs a good answer. [default: check]'
                '--crl CRLs: a file, a folder, or a CA of yours.'
                '--ocsp-response An OCSP response, DER: a staple, say.'
                '--ocsp Ask this responder about the leaf.'
                '--fetch Fetch OCSP answers and CRLs from where the certificates say.'
                '--aia Fetch missing intermediates, and name them.'
                '--allow-private Fetch from private addresses, too.'
                '--at At this time. [default: now]'
                '--partial-chain A trusted certificate need not be self-signed.'
                '--fail-on From which finding on the answer is no.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'files'
            )
            Many = $true
        }
        'lint' = @{
            Options = @(
                '--identity What issue made: cert, key and CA; or a PKCS#12 file.'
                '--cert Our certificate, its chain below it: PEM, DER or PKCS#12.'
                '--key Its private key, if not in --cert.'
                '--ca Who may vouch for the server. [env var: MTLSCTL_CA]'
                '--ca-of The root of a CA of ours, whatever files there are of that name.'
                '--system-ca The operating system''s roots.'
                '--certifi The public roots of the certifi package: the default.'
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--starttls Begin in plain text: smtp, imap, postgres, ldap, ...'
                '--proxy http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.'
                '--connect Go there, and ask there for the target.'
                '--send-proxy Send a PROXY protocol header first, as haproxy does.'
                '--ipv4 Use IPv4 addresses alone.'
                '-4 Use IPv4 addresses alone.'
                '--ipv6 Use IPv6 addresses alone.'
                '-6 Use IPv6 addresses alone.'
                '--profile Whose rules; repeatable. [default: mtls]'
                '--fail-on From which finding on the answer is no.'
                '--ignore Pass over a rule, for a reason; repeatable.'
                '--config Suppressions, as TOML. [default: .mtlsctl-lint.toml, if it is here]'
                '--report Write a page for an auditor: HTML, without scripts.'
                '--sarif Say the result as SARIF 2.1.0.'
                '--list-rules List the rules of the profiles, and look at nothing.'
                '--servername The name to ask a server for, and to verify.'
                '--http A page for clients with certificates. [default: / on 443 and 8443]'
                '--timeout For connecting, and as long again for the handshake.'
                '--force Replace files that are already there.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'files'
            )
            Many = $true
        }
        'explain' = @{
            Options = @(
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'words dns-failure connection-refused connection-timeout connection-reset connection-closed handshake-stalled proxy-refused plain-http-port starttls-required starttls-refused starttls-wrong-protocol starttls-on-implicit-tls starttls-injection not-tls proxy-header-missing proxy-header-unexpected protocol-version no-shared-cipher no-shared-group no-shared-sigalg sni-required sni-unrecognized alpn-mismatch client-hello-too-large legacy-renegotiation server-untrusted-root server-self-signed server-missing-intermediate server-cert-expired server-cert-not-yet-valid server-chain-expired server-name-mismatch server-ip-not-in-san server-cn-only server-wrong-eku server-wrong-key-usage server-bad-ca server-pathlen server-name-constraints server-unknown-critical-extension server-bad-signature server-weak-key server-weak-signature server-cert-revoked server-crl-missing server-crl-expired server-ca-rekeyed server-chain-order server-extra-certs server-cert-invalid tls-interception clock-skew client-cert-required client-cert-not-requested client-cert-not-sent client-cert-wrong-sigalg client-cert-untrusted client-cert-self-signed client-cert-missing-intermediate client-cert-expired client-cert-not-yet-valid client-chain-expired client-cert-wrong-eku client-cert-wrong-key-usage client-cert-weak-key client-cert-weak-signature client-cert-revoked client-cert-revocation-unknown client-chain-too-long client-chain-order client-extra-certs client-bad-ca client-ca-rekeyed client-bad-signature client-name-mismatch client-name-constraints client-unknown-critical-extension client-cert-invalid client-cert-not-allowed client-cert-refused-by-app client-cert-refused against-policy stack-refuses other-path ocsp-unusable revocation-exempt staple-missing staple-failed staple-required staple-expired staple-unusable staple-unknown fetch-failed probe-enforced probe-never-asks probe-no-cert-accepted probe-stranger-accepted probe-stolen-accepted probe-leaf-as-ca-accepted probe-expired-accepted probe-not-yet-valid-accepted probe-wrong-eku-accepted probe-revoked-accepted probe-resumption-accepted probe-extra-accepted probe-good-refused probe-no-good probe-application-not-asked probe-no-answer probe-resumed probe-incomplete resumption-refused not-resumed runs-differ client-file-unreadable client-file-invalid client-key-mismatch client-key-encrypted client-cert-weak ca-file-unreadable ca-file-invalid key-file-permissions reload-failed pem-bom pem-utf16 pem-crlf pem-cr-only pem-one-line pem-long-lines pem-indented pem-escaped-newlines pem-url-encoded pem-glued-blocks pem-begin-inside-line pem-dashes pem-blank-lines pem-base64-twice pem-no-frame pem-no-end pem-end-differs pem-wrong-label pem-old-label pem-padding pem-trailing-data pem-stray-data pem-der pem-truncated pem-damaged der-unknown pem-unsupported p12-legacy-algorithms p12-empty-password key-openssh-format key-legacy-encryption odd-encoding malformed cert-expired cert-not-yet-valid ca-rekeyed csr-bad-signature revocation-stale lint-no-san lint-cn-identity lint-cn-not-in-san lint-server-name-kind lint-ip-as-dns lint-bad-name lint-underscore-name lint-wildcard-client lint-wildcard-form lint-wildcard-server lint-san-not-critical lint-spiffe lint-no-eku lint-any-eku lint-two-purposes lint-foreign-purpose lint-no-key-usage lint-key-usage-not-critical lint-no-digital-signature lint-key-usage-unfit lint-key-encipherment lint-leaf-may-sign lint-lifetime lint-lifetime-limit lint-never-valid lint-no-revocation lint-no-rev-avail lint-pointer-scheme lint-pointer-local lint-ocsp-no-check lint-ca-not-critical lint-ca-no-pathlen lint-ca-key-usage lint-ca-no-crl-sign lint-root-eku lint-ca-lifetime lint-outlives-issuer lint-constraints-open lint-constraints-not-critical lint-constraints-leaf lint-ca-with-names lint-ca-no-ski lint-no-aki lint-aki-differs lint-issuer-no-ca lint-issuer-pathlen lint-outside-constraints lint-issuer-did-not-sign lint-serial-invalid lint-serial-guessable lint-serial-twice lint-key-shared lint-leaf-not-first lint-version lint-unknown-critical lint-weak-key lint-rsa-modulus lint-weak-signature lint-request-no-san lint-request-ca lint-request-password lint-crl-no-number lint-crl-no-aki lint-crl-endless lint-crl-long lint-crl-signature lint-pkilint lint-suppression-expired lint-suppression-unused lint-old-tls lint-no-tls13 lint-broken-suite lint-no-forward-secrecy lint-cbc-suite lint-weak-group lint-weak-server-signature lint-no-extended-master-secret lint-resumption nist-key nist-exponent nist-hash nist-2030 nist-lifetime nist-no-tls12 nist-suite nist-group nist-no-approved-group ok verify-disabled expires-soon client-cert-optional portability'
            )
            Many = $true
        }
        'handshake' = @{
            Options = @(
                '--identity What issue made: cert, key and CA; or a PKCS#12 file.'
                '--cert Our certificate, its chain below it: PEM, DER or PKCS#12.'
                '--key Its private key, if not in --cert.'
                '--ca Who may vouch for the server. [env var: MTLSCTL_CA]'
                '--ca-of The root of a CA of ours, whatever files there are of that name.'
                '--system-ca The operating system''s roots.'
                '--certifi The public roots of the certifi package: the default.'
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--tls-min The lowest version of TLS.'
                '--tls-max The highest version of TLS.'
                '--ciphers Cipher suites, as OpenSSL writes lists; those of TLS 1.3 too.'
                '--groups Key exchange groups: X25519MLKEM768:x25519:P-256.'
                '--sigalgs Signature algorithms: ecdsa_secp256r1_sha256.'
                '--alpn A protocol to offer; may be repeated.'
                '--starttls Begin in plain text: smtp, imap, postgres, ldap, ...'
                '--proxy http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.'
                '--connect Go there, and ask there for the target.'
                '--send-proxy Send a PROXY protocol header first, as haproxy does.'
                '--ipv4 Use IPv4 addresses alone.'
                '-4 Use IPv4 addresses alone.'
                '--ipv6 Use IPv6 addresses alone.'
                '-6 Use IPv6 addresses alone.'
                '--trace Draw the messages of both sides, decrypted.'
                '--keylog Add the session''s secrets to FILE, for Wireshark.'
                '--servername The name to ask for and to verify.'
                '--no-servername Ask for no name; verify it all the same.'
                '--http Then send GET PATH, and show the status.'
                '--insecure Go on, and show our certificate, although the server does not verify.'
                '--targets Shake hands with every HOST:PORT in FILE, one on each line; - is stdin.'
                '--jobs So many of them at a time.'
                '--repeat Shake hands N times with one: do all end alike, how long do they take?'
                '--resume Each but the first goes on with the session of the one before; twice, without --repeat.'
                '--timeout For connecting, and as long again for the handshake.'
                '--wait Wait so long after the handshake for a refusal that comes late.'
                '--crl Refuse whom it revokes; may be repeated.'
                '--staple Ask for a stapled OCSP response; refuse a server that is revoked by it, or whose staple is no good.'
                '--no-extra-probes Ask once; else up to 3 more times where causes look alike.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'none'
            )
            Many = $false
        }
        'probe' = @{
            Options = @(
                '--identity What issue made: cert, key and CA; or a PKCS#12 file.'
                '--cert Our certificate, its chain below it: PEM, DER or PKCS#12.'
                '--key Its private key, if not in --cert.'
                '--ca Who may vouch for the server. [env var: MTLSCTL_CA]'
                '--ca-of The root of a CA of ours, whatever files there are of that name.'
                '--system-ca The operating system''s roots.'
                '--certifi The public roots of the certifi package: the default.'
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--tls-min The lowest version of TLS.'
                '--tls-max The highest version of TLS.'
                '--ciphers Cipher suites, as OpenSSL writes lists; those of TLS 1.3 too.'
                '--groups Key exchange groups: X25519MLKEM768:x25519:P-256.'
                '--sigalgs Signature algorithms: ecdsa_secp256r1_sha256.'
                '--alpn A protocol to offer; may be repeated.'
                '--starttls Begin in plain text: smtp, imap, postgres, ldap, ...'
                '--proxy http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.'
                '--connect Go there, and ask there for the target.'
                '--send-proxy Send a PROXY protocol header first, as haproxy does.'
                '--ipv4 Use IPv4 addresses alone.'
                '-4 Use IPv4 addresses alone.'
                '--ipv6 Use IPv6 addresses alone.'
                '-6 Use IPv6 addresses alone.'
                '--sign-with A CA of yours, which the server trusts: signs what is expired, not yet valid, for servers only.'
                '--revoked-cert A revoked certificate.'
                '--revoked-key Its key, if not in the file.'
                '--expect-refused Others that must not get in; repeatable.'
                '--expect-accepted Others that must get in; repeatable.'
                '--servername The name to ask for and to verify.'
                '--http A page for good clients only. [default: / on 443 and 8443]'
                '--no-http Ask no application: TLS alone is judged.'
                '--timeout For connecting, and as long again for the handshake.'
                '--insecure Go on although the server does not verify.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'none'
            )
            Many = $false
        }
        'serve' = @{
            Options = @(
                '--password-file Password of a key: read it here.'
                '--password-fd ... from a file descriptor.'
                '--password-env ... from a variable.'
                '--password-command ... from a command.'
                '--listen Where to listen; port 0 takes a free one.'
                '--identity What issue made: cert, key and CA; or a PKCS#12 file.'
                '--cert The server''s certificate, its chain below it.'
                '--key Its private key.'
                '--client-ca Who may vouch for clients.'
                '--require Demand a client certificate; so it is with --client-ca.'
                '--request Ask for one, and go on without.'
                '--no-client-cert Do not ask for one.'
                '--crl Refuse whom it revokes; may be repeated.'
                '--lenient Let everybody in, and tell them why others would not.'
                '--alpn A protocol to agree on; may be repeated. Default: h2, http/1.1.'
                '--tls-min The lowest version of TLS.'
                '--tls-max The highest version of TLS.'
                '--ciphers Cipher suites, as OpenSSL writes lists.'
                '--groups Key exchange groups: x25519:P-256.'
                '--sigalgs Signature algorithms, of client certificates too.'
                '--proxy-protocol Demand a PROXY header; only behind a load balancer.'
                '--timeout For one handshake.'
                '--count End after N connections.'
                '--once End after one connection.'
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Many = $false
        }
        'completions' = @{
            Options = @(
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Arguments = @(
                'words bash zsh fish powershell'
            )
            Many = $false
        }
        'demo' = @{
            Options = @(
                '--json Say the result as one JSON object.'
                '--help Show this help.'
                '-h Show this help.'
            )
            Many = $false
        }
    }

    # What follows an option of a command: a kind of value. An option that is not here is a flag.
    $values = [System.Collections.Hashtable]::new([StringComparer]::Ordinal)
    $values['ca create --password-file'] = 'files'
    $values['ca create --password-fd'] = 'none'
    $values['ca create --password-env'] = 'none'
    $values['ca create --password-command'] = 'none'
    $values['ca create --key-type'] = 'words p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87'
    $values['ca create --permit'] = 'none'
    $values['ca create --lifetime'] = 'none'
    $values['ca create --issuing-lifetime'] = 'none'
    $values['ca create --folder'] = 'folders'
    $values['ca show --ca'] = 'cas'
    $values['ca export --ca'] = 'cas'
    $values['ca export --out'] = 'files'
    $values['key new --password-file'] = 'files'
    $values['key new --password-fd'] = 'none'
    $values['key new --password-env'] = 'none'
    $values['key new --password-command'] = 'none'
    $values['key new --key-type'] = 'words p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87'
    $values['csr new --password-file'] = 'files'
    $values['csr new --password-fd'] = 'none'
    $values['csr new --password-env'] = 'none'
    $values['csr new --password-command'] = 'none'
    $values['csr new --name'] = 'none'
    $values['csr new --cn'] = 'none'
    $values['csr new --out'] = 'files'
    $values['sign --password-file'] = 'files'
    $values['sign --password-fd'] = 'none'
    $values['sign --password-env'] = 'none'
    $values['sign --password-command'] = 'none'
    $values['sign --profile'] = 'words server client peer spiffe issuing ocsp'
    $values['sign --ca'] = 'cas'
    $values['sign --name'] = 'none'
    $values['sign --lifetime'] = 'none'
    $values['sign --out'] = 'files'
    $values['issue --password-file'] = 'files'
    $values['issue --password-fd'] = 'none'
    $values['issue --password-env'] = 'none'
    $values['issue --password-command'] = 'none'
    $values['issue --ca'] = 'cas'
    $values['issue --out'] = 'folders'
    $values['issue --key-type'] = 'words p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87'
    $values['issue --cn'] = 'none'
    $values['issue --lifetime'] = 'none'
    $values['issue --from'] = 'files'
    $values['renew --password-file'] = 'files'
    $values['renew --password-fd'] = 'none'
    $values['renew --password-env'] = 'none'
    $values['renew --password-command'] = 'none'
    $values['renew --key'] = 'files'
    $values['renew --ca'] = 'cas'
    $values['renew --within'] = 'none'
    $values['revoke --password-file'] = 'files'
    $values['revoke --password-fd'] = 'none'
    $values['revoke --password-env'] = 'none'
    $values['revoke --password-command'] = 'none'
    $values['revoke --ca'] = 'cas'
    $values['revoke --reason'] = 'words unspecified keyCompromise affiliationChanged superseded cessationOfOperation privilegeWithdrawn'
    $values['crl --password-file'] = 'files'
    $values['crl --password-fd'] = 'none'
    $values['crl --password-env'] = 'none'
    $values['crl --password-command'] = 'none'
    $values['crl --ca'] = 'cas'
    $values['crl --lifetime'] = 'none'
    $values['crl --out'] = 'files'
    $values['inspect --password-file'] = 'files'
    $values['inspect --password-fd'] = 'none'
    $values['inspect --password-env'] = 'none'
    $values['inspect --password-command'] = 'none'
    $values['inspect --starttls'] = 'words ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server'
    $values['inspect --proxy'] = 'none'
    $values['inspect --connect'] = 'none'
    $values['inspect --send-proxy'] = 'words v1 v2'
    $values['inspect --diff'] = 'files'
    $values['inspect --field'] = 'words subject issuer names not_after days_left key serial_hex sha256 spki_sha256'
    $values['inspect --graph'] = 'files'
    $values['inspect --timeout'] = 'none'
    $values['verify --ca'] = 'cas-or-files'
    $values['verify --as'] = 'words server client ca any'
    $values['verify --name'] = 'none'
    $values['verify --chain'] = 'cas-or-files'
    $values['verify --policy'] = 'words openssl rfc5280 webpki all curl nginx apache python312 python node go java rustls boringssl gnutls cryptography chrome apple'
    $values['verify --max-depth'] = 'none'
    $values['verify --revocation'] = 'words require check off'
    $values['verify --crl'] = 'cas-or-files'
    $values['verify --ocsp-response'] = 'files'
    $values['verify --ocsp'] = 'none'
    $values['verify --at'] = 'none'
    $values['verify --fail-on'] = 'words note warn fail'
    $values['lint --identity'] = 'files'
    $values['lint --cert'] = 'files'
    $values['lint --key'] = 'files'
    $values['lint --ca'] = 'cas-or-files'
    $values['lint --ca-of'] = 'cas'
    $values['lint --password-file'] = 'files'
    $values['lint --password-fd'] = 'none'
    $values['lint --password-env'] = 'none'
    $values['lint --password-command'] = 'none'
    $values['lint --starttls'] = 'words ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server'
    $values['lint --proxy'] = 'none'
    $values['lint --connect'] = 'none'
    $values['lint --send-proxy'] = 'words v1 v2'
    $values['lint --profile'] = 'words mtls nist rfc5280 webpki'
    $values['lint --fail-on'] = 'words note warn fail'
    $values['lint --ignore'] = 'none'
    $values['lint --config'] = 'files'
    $values['lint --report'] = 'files'
    $values['lint --servername'] = 'none'
    $values['lint --http'] = 'none'
    $values['lint --timeout'] = 'none'
    $values['handshake --identity'] = 'files'
    $values['handshake --cert'] = 'files'
    $values['handshake --key'] = 'files'
    $values['handshake --ca'] = 'cas-or-files'
    $values['handshake --ca-of'] = 'cas'
    $values['handshake --password-file'] = 'files'
    $values['handshake --password-fd'] = 'none'
    $values['handshake --password-env'] = 'none'
    $values['handshake --password-command'] = 'none'
    $values['handshake --tls-min'] = 'words 1.0 1.1 1.2 1.3'
    $values['handshake --tls-max'] = 'words 1.0 1.1 1.2 1.3'
    $values['handshake --ciphers'] = 'none'
    $values['handshake --groups'] = 'words X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048'
    $values['handshake --sigalgs'] = 'words ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87'
    $values['handshake --alpn'] = 'none'
    $values['handshake --starttls'] = 'words ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server'
    $values['handshake --proxy'] = 'none'
    $values['handshake --connect'] = 'none'
    $values['handshake --send-proxy'] = 'words v1 v2'
    $values['handshake --keylog'] = 'files'
    $values['handshake --servername'] = 'none'
    $values['handshake --http'] = 'none'
    $values['handshake --targets'] = 'files'
    $values['handshake --jobs'] = 'none'
    $values['handshake --repeat'] = 'none'
    $values['handshake --timeout'] = 'none'
    $values['handshake --wait'] = 'none'
    $values['handshake --crl'] = 'cas-or-files'
    $values['probe --identity'] = 'files'
    $values['probe --cert'] = 'files'
    $values['probe --key'] = 'files'
    $values['probe --ca'] = 'cas-or-files'
    $values['probe --ca-of'] = 'cas'
    $values['probe --password-file'] = 'files'
    $values['probe --password-fd'] = 'none'
    $values['probe --password-env'] = 'none'
    $values['probe --password-command'] = 'none'
    $values['probe --tls-min'] = 'words 1.0 1.1 1.2 1.3'
    $values['probe --tls-max'] = 'words 1.0 1.1 1.2 1.3'
    $values['probe --ciphers'] = 'none'
    $values['probe --groups'] = 'words X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048'
    $values['probe --sigalgs'] = 'words ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87'
    $values['probe --alpn'] = 'none'
    $values['probe --starttls'] = 'words ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server'
    $values['probe --proxy'] = 'none'
    $values['probe --connect'] = 'none'
    $values['probe --send-proxy'] = 'words v1 v2'
    $values['probe --sign-with'] = 'cas'
    $values['probe --revoked-cert'] = 'files'
    $values['probe --revoked-key'] = 'files'
    $values['probe --expect-refused'] = 'files'
    $values['probe --expect-accepted'] = 'files'
    $values['probe --servername'] = 'none'
    $values['probe --http'] = 'none'
    $values['probe --timeout'] = 'none'
    $values['serve --password-file'] = 'files'
    $values['serve --password-fd'] = 'none'
    $values['serve --password-env'] = 'none'
    $values['serve --password-command'] = 'none'
    $values['serve --listen'] = 'none'
    $values['serve --identity'] = 'files'
    $values['serve --cert'] = 'files'
    $values['serve --key'] = 'files'
    $values['serve --client-ca'] = 'cas-or-files'
    $values['serve --crl'] = 'cas-or-files'
    $values['serve --alpn'] = 'none'
    $values['serve --tls-min'] = 'words 1.0 1.1 1.2 1.3'
    $values['serve --tls-max'] = 'words 1.0 1.1 1.2 1.3'
    $values['serve --ciphers'] = 'none'
    $values['serve --groups'] = 'words X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048'
    $values['serve --sigalgs'] = 'words ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87'
    $values['serve --timeout'] = 'none'
    $values['serve --count'] = 'none'

    $reached = ''
    $given = 0
    $ended = $false
    $value = $null

    # The words before the one at the cursor.
    $words = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text -replace '^["'']|["'']$' })

    foreach ($word in $words) {
        if ($value) {
            $value = $null
        } elseif ($ended) {
            $given++
        } elseif ($word -ceq '--') {
            $ended = -not $commands[$reached].Commands
        } elseif ($word.StartsWith('-') -and $word.Length -gt 1) {
            $value = $values["$reached $word"]
        } elseif ($commands[$reached].Commands) {
            $reached = "$reached $word".Trim()
            if (-not $commands.ContainsKey($reached)) { return }
        } else {
            $given++
        }
    }

    # What is typed of the value, and what stands before it in the same word (--option=).
    $typed = $wordToComplete -replace '^["'']|["'']$'
    $before = ''
    $here = $commands[$reached]
    $offers = @()

    if (-not $value -and -not $ended -and $typed -cmatch '^(--[^=]+)=(.*)$') {
        $before = $Matches[1] + '='
        $typed = $Matches[2]
        $value = $values["$reached $($Matches[1])"]
        if (-not $value) { return }
    } elseif (-not $value -and -not $ended -and $typed.StartsWith('-')) {
        $offers = $here.Options
    } elseif (-not $value -and $here.Commands) {
        $offers = $here.Commands
    } elseif (-not $value) {
        $last = $here.Arguments.Count - 1
        if ($here.Many -and $given -gt $last) { $given = $last }
        if ($given -le $last) {
            $value = $here.Arguments[$given]
        } elseif (-not $ended) {
            $offers = $here.Options
        }
    }

    if ($value -and $value.StartsWith('words ')) {
        $offers = $value.Substring(6) -split ' '
    } elseif ($value -in 'cas', 'cas-or-files') {
        $offers = @(& mtlsctl __complete cas 2>$null)
    }

    # An offer is a word, a space, and its help.
    foreach ($offer in $offers) {
        $word, $help = $offer -split ' ', 2
        if ($word -and $word.StartsWith($typed, [StringComparison]::Ordinal)) {
            if (-not $help) { $help = $word }
            [System.Management.Automation.CompletionResult]::new("$before$word", $word, 'ParameterValue', $help)
        }
    }

    # Where nothing at all is offered PowerShell completes file names by itself, but not after --option=, not
    # beside other offers, and not folders alone.
    $folders = $value -in 'cas', 'folders'
    if ($folders -or $value -eq 'cas-or-files' -or ($before -and $value -eq 'files')) {
        foreach ($path in [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed)) {
            if (-not $folders -or $path.ResultType -eq 'ProviderContainer') {
                [System.Management.Automation.CompletionResult]::new(
                    $before + $path.CompletionText, $path.ListItemText, $path.ResultType, $path.ToolTip)
            }
        }
    }
}
