# Completion of mtlsctl for bash (3.2 and later; bash-completion is not needed).
# Made by `mtlsctl completions bash`; do not edit.

# What may follow a command: commands, options, and a kind of value for each argument.
# With many=1 the last argument may be repeated.
_mtlsctl_command() {
    commands='' options='' arguments=() many=0
    case $1 in
        '')
            commands='ca key csr sign issue renew revoke crl inspect verify lint explain handshake probe serve completions demo'
            options='--version -V --help -h'
            ;;
        'ca')
            commands='create list show export'
            options='--help -h'
            ;;
        'ca create')
            options='--password-file --password-fd --password-env --password-command --key-type --permit --lifetime --issuing-lifetime --folder --encrypt --json --help -h'
            arguments=('none') many=0
            ;;
        'ca list')
            options='--json --help -h'
            ;;
        'ca show')
            options='--ca --json --help -h'
            arguments=('cas') many=0
            ;;
        'ca export')
            options='--ca --out --chain --der --force --json --help -h'
            arguments=('cas') many=0
            ;;
        'key')
            commands='new'
            options='--help -h'
            ;;
        'key new')
            options='--password-file --password-fd --password-env --password-command --key-type --encrypt --force --json --help -h'
            arguments=('files') many=0
            ;;
        'csr')
            commands='new'
            options='--help -h'
            ;;
        'csr new')
            options='--password-file --password-fd --password-env --password-command --name --cn --out --force --json --help -h'
            arguments=('files') many=0
            ;;
        'sign')
            options='--password-file --password-fd --password-env --password-command --profile --ca --name --lifetime --allow-long --out --dry-run --force --json --help -h'
            arguments=('files') many=0
            ;;
        'issue')
            options='--password-file --password-fd --password-env --password-command --ca --out --key-type --cn --lifetime --allow-long --from --force --json --help -h'
            arguments=('words server client peer spiffe' 'none') many=1
            ;;
        'renew')
            options='--password-file --password-fd --password-env --password-command --key --ca --within --force --reuse-key --exit-code --json --help -h'
            arguments=('files') many=0
            ;;
        'revoke')
            options='--password-file --password-fd --password-env --password-command --ca --reason --all --json --help -h'
            arguments=('files') many=0
            ;;
        'crl')
            options='--password-file --password-fd --password-env --password-command --ca --root --lifetime --out --force --json --help -h'
            ;;
        'inspect')
            options='--password-file --password-fd --password-env --password-command --starttls --proxy --connect --send-proxy --ipv4 -4 --ipv6 -6 --short --diff --pem --der --openssl --field --graph --force --timeout --json --help -h'
            arguments=('files') many=1
            ;;
        'verify')
            options='--ca --system-ca --system --certifi --as --name --chain --policy --max-depth --revocation --crl --ocsp-response --ocsp --fetch --aia --allow-private --at --partial-chain --fail-on --json --help -h'
            arguments=('files') many=1
            ;;
        'lint')
            options='--identity --cert --key --ca --ca-of --system-ca --certifi --password-file --password-fd --password-env --password-command --starttls --proxy --connect --send-proxy --ipv4 -4 --ipv6 -6 --profile --fail-on --ignore --config --report --sarif --list-rules --servername --http --timeout --force --json --help -h'
            arguments=('files') many=1
            ;;
        'explain')
            options='--json --help -h'
            arguments=('words dns-failure connection-refused connection-timeout connection-reset connection-closed handshake-stalled proxy-refused plain-http-port starttls-required starttls-refused starttls-wrong-protocol starttls-on-implicit-tls starttls-injection not-tls proxy-header-missing proxy-header-unexpected protocol-version no-shared-cipher no-shared-group no-shared-sigalg sni-required sni-unrecognized alpn-mismatch client-hello-too-large legacy-renegotiation server-untrusted-root server-self-signed server-missing-intermediate server-cert-expired server-cert-not-yet-valid server-chain-expired server-name-mismatch server-ip-not-in-san server-cn-only server-wrong-eku server-wrong-key-usage server-bad-ca server-pathlen server-name-constraints server-unknown-critical-extension server-bad-signature server-weak-key server-weak-signature server-cert-revoked server-crl-missing server-crl-expired server-ca-rekeyed server-chain-order server-extra-certs server-cert-invalid tls-interception clock-skew client-cert-required client-cert-not-requested client-cert-not-sent client-cert-wrong-sigalg client-cert-untrusted client-cert-self-signed client-cert-missing-intermediate client-cert-expired client-cert-not-yet-valid client-chain-expired client-cert-wrong-eku client-cert-wrong-key-usage client-cert-weak-key client-cert-weak-signature client-cert-revoked client-cert-revocation-unknown client-chain-too-long client-chain-order client-extra-certs client-bad-ca client-ca-rekeyed client-bad-signature client-name-mismatch client-name-constraints client-unknown-critical-extension client-cert-invalid client-cert-not-allowed client-cert-refused-by-app client-cert-refused against-policy stack-refuses other-path ocsp-unusable revocation-exempt staple-missing staple-failed staple-required staple-expired staple-unusable staple-unknown fetch-failed probe-enforced probe-never-asks probe-no-cert-accepted probe-stranger-accepted probe-stolen-accepted probe-leaf-as-ca-accepted probe-expired-accepted probe-not-yet-valid-accepted probe-wrong-eku-accepted probe-revoked-accepted probe-resumption-accepted probe-extra-accepted probe-good-refused probe-no-good probe-application-not-asked probe-no-answer probe-resumed probe-incomplete resumption-refused not-resumed runs-differ client-file-unreadable client-file-invalid client-key-mismatch client-key-encrypted client-cert-weak ca-file-unreadable ca-file-invalid key-file-permissions reload-failed pem-bom pem-utf16 pem-crlf pem-cr-only pem-one-line pem-long-lines pem-indented pem-escaped-newlines pem-url-encoded pem-glued-blocks pem-begin-inside-line pem-dashes pem-blank-lines pem-base64-twice pem-no-frame pem-no-end pem-end-differs pem-wrong-label pem-old-label pem-padding pem-trailing-data pem-stray-data pem-der pem-truncated pem-damaged der-unknown pem-unsupported p12-legacy-algorithms p12-empty-password key-openssh-format key-legacy-encryption odd-encoding malformed cert-expired cert-not-yet-valid ca-rekeyed csr-bad-signature revocation-stale lint-no-san lint-cn-identity lint-cn-not-in-san lint-server-name-kind lint-ip-as-dns lint-bad-name lint-underscore-name lint-wildcard-client lint-wildcard-form lint-wildcard-server lint-san-not-critical lint-spiffe lint-no-eku lint-any-eku lint-two-purposes lint-foreign-purpose lint-no-key-usage lint-key-usage-not-critical lint-no-digital-signature lint-key-usage-unfit lint-key-encipherment lint-leaf-may-sign lint-lifetime lint-lifetime-limit lint-never-valid lint-no-revocation lint-no-rev-avail lint-pointer-scheme lint-pointer-local lint-ocsp-no-check lint-ca-not-critical lint-ca-no-pathlen lint-ca-key-usage lint-ca-no-crl-sign lint-root-eku lint-ca-lifetime lint-outlives-issuer lint-constraints-open lint-constraints-not-critical lint-constraints-leaf lint-ca-with-names lint-ca-no-ski lint-no-aki lint-aki-differs lint-issuer-no-ca lint-issuer-pathlen lint-outside-constraints lint-issuer-did-not-sign lint-serial-invalid lint-serial-guessable lint-serial-twice lint-key-shared lint-leaf-not-first lint-version lint-unknown-critical lint-weak-key lint-rsa-modulus lint-weak-signature lint-request-no-san lint-request-ca lint-request-password lint-crl-no-number lint-crl-no-aki lint-crl-endless lint-crl-long lint-crl-signature lint-pkilint lint-suppression-expired lint-suppression-unused lint-old-tls lint-no-tls13 lint-broken-suite lint-no-forward-secrecy lint-cbc-suite lint-weak-group lint-weak-server-signature lint-no-extended-master-secret lint-resumption nist-key nist-exponent nist-hash nist-2030 nist-lifetime nist-no-tls12 nist-suite nist-group nist-no-approved-group ok verify-disabled expires-soon client-cert-optional portability') many=1
            ;;
        'handshake')
            options='--identity --cert --key --ca --ca-of --system-ca --certifi --password-file --password-fd --password-env --password-command --tls-min --tls-max --ciphers --groups --sigalgs --alpn --starttls --proxy --connect --send-proxy --ipv4 -4 --ipv6 -6 --trace --keylog --servername --no-servername --http --insecure --targets --jobs --repeat --resume --timeout --wait --crl --staple --no-extra-probes --json --help -h'
            arguments=('none') many=0
            ;;
        'probe')
            options='--identity --cert --key --ca --ca-of --system-ca --certifi --password-file --password-fd --password-env --password-command --tls-min --tls-max --ciphers --groups --sigalgs --alpn --starttls --proxy --connect --send-proxy --ipv4 -4 --ipv6 -6 --sign-with --revoked-cert --revoked-key --expect-refused --expect-accepted --servername --http --no-http --timeout --insecure --json --help -h'
            arguments=('none') many=0
            ;;
        'serve')
            options='--password-file --password-fd --password-env --password-command --listen --identity --cert --key --client-ca --require --request --no-client-cert --crl --lenient --alpn --tls-min --tls-max --ciphers --groups --sigalgs --proxy-protocol --timeout --count --once --json --help -h'
            ;;
        'completions')
            options='--json --help -h'
            arguments=('words bash zsh fish powershell') many=0
            ;;
        'demo')
            options='--json --help -h'
            ;;
    esac
}

# What follows an option of a command: a kind of value, or nothing after a flag.
_mtlsctl_value() {
    value=''
    case "$1 $2" in
        'ca create --password-file') value='files' ;;
        'ca create --password-fd') value='none' ;;
        'ca create --password-env') value='none' ;;
        'ca create --password-command') value='none' ;;
        'ca create --key-type') value='words p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87' ;;
        'ca create --permit') value='none' ;;
        'ca create --lifetime') value='none' ;;
        'ca create --issuing-lifetime') value='none' ;;
        'ca create --folder') value='folders' ;;
        'ca show --ca') value='cas' ;;
        'ca export --ca') value='cas' ;;
        'ca export --out') value='files' ;;
        'key new --password-file') value='files' ;;
        'key new --password-fd') value='none' ;;
        'key new --password-env') value='none' ;;
        'key new --password-command') value='none' ;;
        'key new --key-type') value='words p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87' ;;
        'csr new --password-file') value='files' ;;
        'csr new --password-fd') value='none' ;;
        'csr new --password-env') value='none' ;;
        'csr new --password-command') value='none' ;;
        'csr new --name') value='none' ;;
        'csr new --cn') value='none' ;;
        'csr new --out') value='files' ;;
        'sign --password-file') value='files' ;;
        'sign --password-fd') value='none' ;;
        'sign --password-env') value='none' ;;
        'sign --password-command') value='none' ;;
        'sign --profile') value='words server client peer spiffe issuing ocsp' ;;
        'sign --ca') value='cas' ;;
        'sign --name') value='none' ;;
        'sign --lifetime') value='none' ;;
        'sign --out') value='files' ;;
        'issue --password-file') value='files' ;;
        'issue --password-fd') value='none' ;;
        'issue --password-env') value='none' ;;
        'issue --password-command') value='none' ;;
        'issue --ca') value='cas' ;;
        'issue --out') value='folders' ;;
        'issue --key-type') value='words p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87' ;;
        'issue --cn') value='none' ;;
        'issue --lifetime') value='none' ;;
        'issue --from') value='files' ;;
        'renew --password-file') value='files' ;;
        'renew --password-fd') value='none' ;;
        'renew --password-env') value='none' ;;
        'renew --password-command') value='none' ;;
        'renew --key') value='files' ;;
        'renew --ca') value='cas' ;;
        'renew --within') value='none' ;;
        'revoke --password-file') value='files' ;;
        'revoke --password-fd') value='none' ;;
        'revoke --password-env') value='none' ;;
        'revoke --password-command') value='none' ;;
        'revoke --ca') value='cas' ;;
        'revoke --reason') value='words unspecified keyCompromise affiliationChanged superseded cessationOfOperation privilegeWithdrawn' ;;
        'crl --password-file') value='files' ;;
        'crl --password-fd') value='none' ;;
        'crl --password-env') value='none' ;;
        'crl --password-command') value='none' ;;
        'crl --ca') value='cas' ;;
        'crl --lifetime') value='none' ;;
        'crl --out') value='files' ;;
        'inspect --password-file') value='files' ;;
        'inspect --password-fd') value='none' ;;
        'inspect --password-env') value='none' ;;
        'inspect --password-command') value='none' ;;
        'inspect --starttls') value='words ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server' ;;
        'inspect --proxy') value='none' ;;
        'inspect --connect') value='none' ;;
        'inspect --send-proxy') value='words v1 v2' ;;
        'inspect --diff') value='files' ;;
        'inspect --field') value='words subject issuer names not_after days_left key serial_hex sha256 spki_sha256' ;;
        'inspect --graph') value='files' ;;
        'inspect --timeout') value='none' ;;
        'verify --ca') value='cas-or-files' ;;
        'verify --as') value='words server client ca any' ;;
        'verify --name') value='none' ;;
        'verify --chain') value='cas-or-files' ;;
        'verify --policy') value='words openssl rfc5280 webpki all curl nginx apache python312 python node go java rustls boringssl gnutls cryptography chrome apple' ;;
        'verify --max-depth') value='none' ;;
        'verify --revocation') value='words require check off' ;;
        'verify --crl') value='cas-or-files' ;;
        'verify --ocsp-response') value='files' ;;
        'verify --ocsp') value='none' ;;
        'verify --at') value='none' ;;
        'verify --fail-on') value='words note warn fail' ;;
        'lint --identity') value='files' ;;
        'lint --cert') value='files' ;;
        'lint --key') value='files' ;;
        'lint --ca') value='cas-or-files' ;;
        'lint --ca-of') value='cas' ;;
        'lint --password-file') value='files' ;;
        'lint --password-fd') value='none' ;;
        'lint --password-env') value='none' ;;
        'lint --password-command') value='none' ;;
        'lint --starttls') value='words ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server' ;;
        'lint --proxy') value='none' ;;
        'lint --connect') value='none' ;;
        'lint --send-proxy') value='words v1 v2' ;;
        'lint --profile') value='words mtls nist rfc5280 webpki' ;;
        'lint --fail-on') value='words note warn fail' ;;
        'lint --ignore') value='none' ;;
        'lint --config') value='files' ;;
        'lint --report') value='files' ;;
        'lint --servername') value='none' ;;
        'lint --http') value='none' ;;
        'lint --timeout') value='none' ;;
        'handshake --identity') value='files' ;;
        'handshake --cert') value='files' ;;
        'handshake --key') value='files' ;;
        'handshake --ca') value='cas-or-files' ;;
        'handshake --ca-of') value='cas' ;;
        'handshake --password-file') value='files' ;;
        'handshake --password-fd') value='none' ;;
        'handshake --password-env') value='none' ;;
        'handshake --password-command') value='none' ;;
        'handshake --tls-min') value='words 1.0 1.1 1.2 1.3' ;;
        'handshake --tls-max') value='words 1.0 1.1 1.2 1.3' ;;
        'handshake --ciphers') value='none' ;;
        'handshake --groups') value='words X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048' ;;
        'handshake --sigalgs') value='words ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87' ;;
        'handshake --alpn') value='none' ;;
        'handshake --starttls') value='words ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server' ;;
        'handshake --proxy') value='none' ;;
        'handshake --connect') value='none' ;;
        'handshake --send-proxy') value='words v1 v2' ;;
        'handshake --keylog') value='files' ;;
        'handshake --servername') value='none' ;;
        'handshake --http') value='none' ;;
        'handshake --targets') value='files' ;;
        'handshake --jobs') value='none' ;;
        'handshake --repeat') value='none' ;;
        'handshake --timeout') value='none' ;;
        'handshake --wait') value='none' ;;
        'handshake --crl') value='cas-or-files' ;;
        'probe --identity') value='files' ;;
        'probe --cert') value='files' ;;
        'probe --key') value='files' ;;
        'probe --ca') value='cas-or-files' ;;
        'probe --ca-of') value='cas' ;;
        'probe --password-file') value='files' ;;
        'probe --password-fd') value='none' ;;
        'probe --password-env') value='none' ;;
        'probe --password-command') value='none' ;;
        'probe --tls-min') value='words 1.0 1.1 1.2 1.3' ;;
        'probe --tls-max') value='words 1.0 1.1 1.2 1.3' ;;
        'probe --ciphers') value='none' ;;
        'probe --groups') value='words X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048' ;;
        'probe --sigalgs') value='words ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87' ;;
        'probe --alpn') value='none' ;;
        'probe --starttls') value='words ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server' ;;
        'probe --proxy') value='none' ;;
        'probe --connect') value='none' ;;
        'probe --send-proxy') value='words v1 v2' ;;
        'probe --sign-with') value='cas' ;;
        'probe --revoked-cert') value='files' ;;
        'probe --revoked-key') value='files' ;;
        'probe --expect-refused') value='files' ;;
        'probe --expect-accepted') value='files' ;;
        'probe --servername') value='none' ;;
        'probe --http') value='none' ;;
        'probe --timeout') value='none' ;;
        'serve --password-file') value='files' ;;
        'serve --password-fd') value='none' ;;
        'serve --password-env') value='none' ;;
        'serve --password-command') value='none' ;;
        'serve --listen') value='none' ;;
        'serve --identity') value='files' ;;
        'serve --cert') value='files' ;;
        'serve --key') value='files' ;;
        'serve --client-ca') value='cas-or-files' ;;
        'serve --crl') value='cas-or-files' ;;
        'serve --alpn') value='none' ;;
        'serve --tls-min') value='words 1.0 1.1 1.2 1.3' ;;
        'serve --tls-max') value='words 1.0 1.1 1.2 1.3' ;;
        'serve --ciphers') value='none' ;;
        'serve --groups') value='words X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048' ;;
        'serve --sigalgs') value='words ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87' ;;
        'serve --timeout') value='none' ;;
        'serve --count') value='none' ;;
    esac
}

# The words up to the cursor, the last one cut there. Bash takes words apart at = and : (COMP_WORDBREAKS);
# those between which the line has no space are one.
_mtlsctl_words() {
    local i blank word rest=${COMP_LINE:0:COMP_POINT}
    [[ -n $COMP_LINE ]] || rest="${COMP_WORDS[*]:0:COMP_CWORD+1}"
    words=() last=-1
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blank=${rest%%[![:space:]]*}
        rest=${rest#"$blank"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        rest=${rest#"$word"}
        if [[ -n $blank || $i == 0 ]]; then
            words[++last]=$word
        else
            words[last]+=$word
        fi
    done
}

# Offer what begins with the word: the CAs, and the words that compgen makes with the option given.
_mtlsctl_cas() {
    local word
    while IFS= read -r word; do
        [[ $word == "$2"* ]] && COMPREPLY+=("$word")
    done < <(mtlsctl __complete cas 2>/dev/null)
    # Without a CA, bash completes the files or folders itself; with one, both are offered.
    ((${#COMPREPLY[@]})) || return 0
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(compgen "$1" -- "$2")
    compopt -o filenames 2>/dev/null
}

# Offer the values of a kind that begin with the word.
_mtlsctl_reply() {
    local IFS=$' \t\n' word=$2
    word=${word#[\"\']}
    word=${word//\\/}
    case $1 in
        words\ *) COMPREPLY=($(compgen -W "${1#words }" -- "$word")) ;;
        files) compopt -o default 2>/dev/null ;;
        folders) compopt -o dirnames 2>/dev/null ;;
        cas) compopt -o dirnames 2>/dev/null; _mtlsctl_cas -d "$word" ;;
        cas-or-files) compopt -o default 2>/dev/null; _mtlsctl_cas -f "$word" ;;
    esac
}

_mtlsctl() {
    local words last commands options arguments many value word
    local command='' i=1 given=0 ended=0
    COMPREPLY=()
    # Files only where a file belongs. Bash before 4 has no compopt and offers files where nothing else is known.
    compopt +o default 2>/dev/null
    _mtlsctl_words
    _mtlsctl_command ''
    while ((i < last)); do
        word=${words[i++]}
        if ((ended)); then
            ((given++))
        elif [[ $word == -- ]]; then
            [[ -n $commands ]] || ended=1
        elif [[ $word == --*=* ]]; then
            continue
        elif [[ $word == -?* ]]; then
            _mtlsctl_value "$command" "$word"
            [[ -z $value ]] || ((i++))
            if ((i > last)); then
                _mtlsctl_reply "$value" "${words[last]}"
                return 0
            fi
        elif [[ -z $commands ]]; then
            ((given++))
        elif [[ " $commands " == *" $word "* ]]; then
            command=${command:+$command }$word
            _mtlsctl_command "$command"
        else
            return 0
        fi
    done
    word=${words[last]}
    if ((given >= ${#arguments[@]} && many)); then
        given=$((${#arguments[@]} - 1))
    fi
    if [[ $word == --*=* ]] && ((!ended)); then
        _mtlsctl_value "$command" "${word%%=*}"
        _mtlsctl_reply "$value" "${word#*=}"
    elif [[ $word == -* ]] && ((!ended)); then
        _mtlsctl_reply "words $options" "$word"
    elif [[ -n $commands ]]; then
        _mtlsctl_reply "words $commands" "$word"
    elif ((given < ${#arguments[@]})); then
        _mtlsctl_reply "${arguments[given]}" "$word"
    elif ((!ended)); then
        _mtlsctl_reply "words $options" "$word"
    fi
}

complete -o default -F _mtlsctl mtlsctl
