# Completion of mtlsctl for fish (3.1 and later).
# Made by `mtlsctl completions fish`; do not edit.

# Whether a command has commands below it.
function __mtlsctl_is_group --argument-names path
    contains -- "$path" '' 'ca' 'key' 'csr'
end

# Whether the word after an option of a command is its value.
function __mtlsctl_takes_value --argument-names path option
    switch "$path $option"
        case 'ca create --password-file' \
            'ca create --password-fd' \
            'ca create --password-env' \
            'ca create --password-command' \
            'ca create --key-type' \
            'ca create --permit' \
            'ca create --lifetime' \
            'ca create --issuing-lifetime' \
            'ca create --folder' \
            'ca show --ca' \
            'ca export --ca' \
            'ca export --out' \
            'key new --password-file' \
            'key new --password-fd' \
            'key new --password-env' \
            'key new --password-command' \
            'key new --key-type' \
            'csr new --password-file' \
            'csr new --password-fd' \
            'csr new --password-env' \
            'csr new --password-command' \
            'csr new --name' \
            'csr new --cn' \
            'csr new --out' \
            'sign --password-file' \
            'sign --password-fd' \
            'sign --password-env' \
            'sign --password-command' \
            'sign --profile' \
            'sign --ca' \
            'sign --name' \
            'sign --lifetime' \
            'sign --out' \
            'issue --password-file' \
            'issue --password-fd' \
            'issue --password-env' \
            'issue --password-command' \
            'issue --ca' \
            'issue --out' \
            'issue --key-type' \
            'issue --cn' \
            'issue --lifetime' \
            'issue --from' \
            'renew --password-file' \
            'renew --password-fd' \
            'renew --password-env' \
            'renew --password-command' \
            'renew --key' \
            'renew --ca' \
            'renew --within' \
            'revoke --password-file' \
            'revoke --password-fd' \
            'revoke --password-env' \
            'revoke --password-command' \
            'revoke --ca' \
            'revoke --reason' \
            'crl --password-file' \
            'crl --password-fd' \
            'crl --password-env' \
            'crl --password-command' \
            'crl --ca' \
            'crl --lifetime' \
            'crl --out' \
            'inspect --password-file' \
            'inspect --password-fd' \
            'inspect --password-env' \
            'inspect --password-command' \
            'inspect --starttls' \
            'inspect --proxy' \
            'inspect --connect' \
            'inspect --send-proxy' \
            'inspect --diff' \
            'inspect --field' \
            'inspect --graph' \
            'inspect --timeout' \
            'verify --ca' \
            'verify --as' \
            'verify --name' \
            'verify --chain' \
            'verify --policy' \
            'verify --max-depth' \
            'verify --revocation' \
            'verify --crl' \
            'verify --ocsp-response' \
            'verify --ocsp' \
            'verify --at' \
            'verify --fail-on' \
            'lint --identity' \
            'lint --cert' \
            'lint --key' \
            'lint --ca' \
            'lint --ca-of' \
            'lint --password-file' \
            'lint --password-fd' \
            'lint --password-env' \
            'lint --password-command' \
            'lint --starttls' \
            'lint --proxy' \
            'lint --connect' \
            'lint --send-proxy' \
            'lint --profile' \
            'lint --fail-on' \
            'lint --ignore' \
            'lint --config' \
            'lint --report' \
            'lint --servername' \
            'lint --http' \
            'lint --timeout' \
            'handshake --identity' \
            'handshake --cert' \
            'handshake --key' \
            'handshake --ca' \
            'handshake --ca-of' \
            'handshake --password-file' \
            'handshake --password-fd' \
            'handshake --password-env' \
            'handshake --password-command' \
            'handshake --tls-min' \
            'handshake --tls-max' \
            'handshake --ciphers' \
            'handshake --groups' \
            'handshake --sigalgs' \
            'handshake --alpn' \
            'handshake --starttls' \
            'handshake --proxy' \
            'handshake --connect' \
            'handshake --send-proxy' \
            'handshake --keylog' \
            'handshake --servername' \
            'handshake --http' \
            'handshake --targets' \
            'handshake --jobs' \
            'handshake --repeat' \
            'handshake --timeout' \
            'handshake --wait' \
            'handshake --crl' \
            'probe --identity' \
            'probe --cert' \
            'probe --key' \
            'probe --ca' \
            'probe --ca-of' \
            'probe --password-file' \
            'probe --password-fd' \
            'probe --password-env' \
            'probe --password-command' \
            'probe --tls-min' \
            'probe --tls-max' \
            'probe --ciphers' \
            'probe --groups' \
            'probe --sigalgs' \
            'probe --alpn' \
            'probe --starttls' \
            'probe --proxy' \
            'probe --connect' \
            'probe --send-proxy' \
            'probe --sign-with' \
            'probe --revoked-cert' \
            'probe --revoked-key' \
            'probe --expect-refused' \
            'probe --expect-accepted' \
            'probe --servername' \
            'probe --http' \
            'probe --timeout' \
            'serve --password-file' \
            'serve --password-fd' \
            'serve --password-env' \
            'serve --password-command' \
            'serve --listen' \
            'serve --identity' \
            'serve --cert' \
            'serve --key' \
            'serve --client-ca' \
            'serve --crl' \
            'serve --alpn' \
            'serve --tls-min' \
            'serve --tls-max' \
            'serve --ciphers' \
            'serve --groups' \
            'serve --sigalgs' \
            'serve --timeout' \
            'serve --count'
            return 0
    end
    return 1
end

# Whether the words before the cursor lead to the command at $path and, with $place, whether its argument at that
# place, counted from 0, comes next. With `more` that argument may be repeated.
function __mtlsctl_at --argument-names path place more
    set -l words (commandline -opc)
    set -l reached ''
    set -l given 0
    set -l ended 0
    set -l i 1
    # Variables may be set before the command.
    while string match -qr -- '^\w+=' "$words[$i]"
        set i (math $i + 1)
    end
    while test $i -lt (count $words)
        set i (math $i + 1)
        set -l word $words[$i]
        if test $ended = 1
            set given (math $given + 1)
        else if test "$word" = --
            __mtlsctl_is_group "$reached"; or set ended 1
        else if string match -qr -- '^-.' "$word"
            __mtlsctl_takes_value "$reached" "$word"; and set i (math $i + 1)
        else if __mtlsctl_is_group "$reached"
            set reached (string trim -- "$reached $word")
        else
            set given (math $given + 1)
        end
    end
    test "$reached" = "$path"; or return 1
    test -n "$place"; or return 0
    test $given = $place; or test "$more" = more -a $given -gt $place
end

# The folders that the word may become; in --option=word, after the sign.
function __mtlsctl_folders
    __fish_complete_directories (commandline -ct | string replace -r -- '^--[^=]*=' '')
end

# Files only where a file belongs.
complete -c mtlsctl -f

complete -c mtlsctl -n '__mtlsctl_at \'\'' -a ca -d 'Create and look after certificate authorities.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a key -d 'Make private keys.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a csr -d 'Make certificate signing requests.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a sign -d 'Sign a certificate signing request with a CA.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a issue -d 'Issue a key and certificate, with the chain and CA, ready to use.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a renew -d 'Renew a certificate when it is due, as a pair with a new key.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a revoke -d 'Revoke a certificate and publish the CRL.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a crl -d 'Publish a fresh CRL.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a inspect -d 'Show what a file, a folder or a server holds: any format, any number of objects.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a verify -d 'Verify a certificate chain as the peer would.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a lint -d 'Check certificates, requests, CRLs, a CA or a server against rules.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a explain -d 'Explain a code, or an error or log line of another program.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a handshake -d 'Do one TLS handshake and say what happened.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a probe -d 'Prove that a server lets only the right clients in.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a serve -d 'Run a TLS server that shows who connects, for debugging clients.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a completions -d 'Print the completion script of a shell.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -a demo -d 'Play the whole story, from nothing to a proven handshake, on loopback.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -l version -s V -d 'Show the version.'
complete -c mtlsctl -n '__mtlsctl_at \'\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'ca\'' -a create -d 'Create a CA: a root and an issuing CA below it.'
complete -c mtlsctl -n '__mtlsctl_at \'ca\'' -a list -d 'List the CAs, what they issued and when they expire.'
complete -c mtlsctl -n '__mtlsctl_at \'ca\'' -a show -d 'Show one CA: its certificates and what it issued.'
complete -c mtlsctl -n '__mtlsctl_at \'ca\'' -a export -d 'Write a CA\'s root certificate, for those who must trust it.'
complete -c mtlsctl -n '__mtlsctl_at \'ca\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'ca create\' 0' -f
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l key-type -r -f -a 'p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87' -d 'The kind of both keys.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l permit -r -f -d 'Only names below: dns:test, ip:10.0.0.0/8, email:, uri:.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l lifetime -r -f -d 'The root\'s lifetime. [default: 3650d]'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l issuing-lifetime -r -f -d 'The issuing CA\'s. [default: 1825d]'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l folder -r -f -a '(__mtlsctl_folders)' -d 'Keep it here instead of below MTLSCTL_HOME.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l encrypt -d 'Encrypt both keys; asks for the password.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'ca create\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'ca list\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'ca list\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'ca show\' 0' -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)'
complete -c mtlsctl -n '__mtlsctl_at \'ca show\'' -l ca -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The CA; not needed when there is one.'
complete -c mtlsctl -n '__mtlsctl_at \'ca show\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'ca show\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'ca export\' 0' -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)'
complete -c mtlsctl -n '__mtlsctl_at \'ca export\'' -l ca -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The CA; not needed when there is one.'
complete -c mtlsctl -n '__mtlsctl_at \'ca export\'' -l out -r -F -d 'The file to write; - is standard output.'
complete -c mtlsctl -n '__mtlsctl_at \'ca export\'' -l chain -d 'The issuing CA\'s certificate too.'
complete -c mtlsctl -n '__mtlsctl_at \'ca export\'' -l der -d 'DER instead of PEM.'
complete -c mtlsctl -n '__mtlsctl_at \'ca export\'' -l force -d 'Replace files that are already there.'
complete -c mtlsctl -n '__mtlsctl_at \'ca export\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'ca export\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'key\'' -a new -d 'Make a private key.'
complete -c mtlsctl -n '__mtlsctl_at \'key\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'key new\' 0' -F
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l key-type -r -f -a 'p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87' -d 'The kind of key.'
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l encrypt -d 'Encrypt it; asks for the password.'
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l force -d 'Replace files that are already there.'
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'key new\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'csr\'' -a new -d 'Make a certificate signing request for a key.'
complete -c mtlsctl -n '__mtlsctl_at \'csr\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'csr new\' 0' -F
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l name -r -f -d 'A DNS name, IP address, e-mail address or URI.'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l cn -r -f -d 'The CN. [default: the first DNS name]'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l out -r -F -d 'The file to write; - is standard output. [default: KEY\'s name, .csr]'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l force -d 'Replace files that are already there.'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'csr new\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'sign\' 0' -F
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l profile -r -f -a 'server client peer spiffe issuing ocsp' -d 'What the certificate is for.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l ca -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The CA; not needed when there is one.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l name -r -f -d 'Certify these names instead of those requested.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l lifetime -r -f -d '90d, 12h, 2w, 1y, P90D, or an end: 2027-01-31.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l allow-long -d 'Allow a lifetime above 825 days.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l out -r -F -d 'The file to write; - is standard output. [default: CSR\'s name, .crt]'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l dry-run -d 'Show what would be granted, sign nothing.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l force -d 'Replace files that are already there.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'sign\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'issue\' 0' -f -a 'server client peer spiffe'
complete -c mtlsctl -n '__mtlsctl_at \'issue\' 1 more' -f
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l ca -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The CA; not needed when there is one.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l out -r -f -a '(__mtlsctl_folders)' -d 'The folder in which the identity\'s folder is made.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l key-type -r -f -a 'p256 p384 ed25519 rsa rsa2048 rsa3072 rsa4096 ml-dsa-44 ml-dsa-65 ml-dsa-87' -d 'The kind of key.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l cn -r -f -d 'The CN. [default: the first name]'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l lifetime -r -f -d '90d, 12h, 2w, 1y, P90D, or an end: 2027-01-31.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l allow-long -d 'Allow a lifetime above 825 days.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l from -r -F -d 'One identity for each line of names in FILE.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l force -d 'Replace files that are already there.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'issue\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'renew\' 0' -F
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l key -r -F -d 'The key of a certificate\'s FILE. [default: FILE\'s name, .key]'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l ca -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The CA; not needed when there is one.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l within -r -f -d 'Due when less than this is left, such as 30d.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l force -d 'Renew now, due or not.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l reuse-key -d 'Keep the key; a new one is the default.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l exit-code -d 'Exit 10 when renewed, 0 when not due.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'renew\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'revoke\' 0' -F
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l ca -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The CA; not needed when there is one.'
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l reason -r -f -a 'unspecified keyCompromise affiliationChanged superseded cessationOfOperation privilegeWithdrawn' -d 'Why.'
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l all -d 'All valid certificates of that name.'
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'revoke\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l ca -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The CA; not needed when there is one.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l root -d 'The root\'s CRL instead of the issuing CA\'s.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l lifetime -r -f -d 'Until nextUpdate. [default: 7d; root 365d]'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l out -r -F -d 'Also write the newest CRLs of both here, as one PEM file.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l force -d 'Replace files that are already there.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'crl\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'inspect\' 0 more' -F
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l starttls -r -f -a 'ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server' -d 'Begin in plain text: smtp, imap, postgres, ldap, ...'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l proxy -r -f -d 'http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l connect -r -f -d 'Go there, and ask there for the target.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l send-proxy -r -f -a 'v1 v2' -d 'Send a PROXY protocol header first, as haproxy does.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l ipv4 -s 4 -d 'Use IPv4 addresses alone.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l ipv6 -s 6 -d 'Use IPv6 addresses alone.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l short -d 'One line for each object.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l diff -r -F -d 'What differs between the one and this: the first of each.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l pem -d 'Print certificates, requests and CRLs as clean PEM, leaf first: repairs a file.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l der -d 'Print the one certificate, request or CRL as DER.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l openssl -d 'Print what openssl x509 -text prints.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l field -r -f -a 'subject issuer names not_after days_left key serial_hex sha256 spki_sha256' -d 'One field of each object, a line each: sha256 ...; repeatable.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l graph -r -F -d 'Draw who signed whom: FILE.svg, FILE.dot, or - for DOT. A CA by name, too.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l force -d 'Replace files that are already there.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l timeout -r -f -d 'For connecting, and as long again for the handshake.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'inspect\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'verify\' 0 more' -F
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l ca -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'Trust these: a file, or a CA of yours. [env var: MTLSCTL_CA]'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l system-ca -l system -d 'Trust the system\'s roots.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l certifi -d 'Trust Mozilla\'s roots, as certifi has them.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l as -r -f -a 'server client ca any' -d 'For what. [default: what it allows]'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l name -r -f -d 'A name that it must have; several: all of them.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l chain -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'More intermediates: a file, a folder, or a CA of yours.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l policy -r -f -a 'openssl rfc5280 webpki all curl nginx apache python312 python node go java rustls boringssl gnutls cryptography chrome apple' -d 'Whose rules decide; STACK: go, java, ...; all: each of them (a default depth only warns).'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l max-depth -r -f -d 'CAs allowed between leaf and root.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l revocation -r -f -a 'require check off' -d 'Whether each certificate needs a good answer. [default: check]'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l crl -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'CRLs: a file, a folder, or a CA of yours.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l ocsp-response -r -F -d 'An OCSP response, DER: a staple, say.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l ocsp -r -f -d 'Ask this responder about the leaf.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l fetch -d 'Fetch OCSP answers and CRLs from where the certificates say.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l aia -d 'Fetch missing intermediates, and name them.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l allow-private -d 'Fetch from private addresses, too.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l at -r -f -d 'At this time. [default: now]'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l partial-chain -d 'A trusted certificate need not be self-signed.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l fail-on -r -f -a 'note warn fail' -d 'From which finding on the answer is no.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'verify\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'lint\' 0 more' -F
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l identity -r -F -d 'What issue made: cert, key and CA; or a PKCS#12 file.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l cert -r -F -d 'Our certificate, its chain below it: PEM, DER or PKCS#12.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l key -r -F -d 'Its private key, if not in --cert.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l ca -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'Who may vouch for the server. [env var: MTLSCTL_CA]'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l ca-of -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The root of a CA of ours, whatever files there are of that name.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l system-ca -d 'The operating system\'s roots.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l certifi -d 'The public roots of the certifi package: the default.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l starttls -r -f -a 'ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server' -d 'Begin in plain text: smtp, imap, postgres, ldap, ...'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l proxy -r -f -d 'http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l connect -r -f -d 'Go there, and ask there for the target.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l send-proxy -r -f -a 'v1 v2' -d 'Send a PROXY protocol header first, as haproxy does.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l ipv4 -s 4 -d 'Use IPv4 addresses alone.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l ipv6 -s 6 -d 'Use IPv6 addresses alone.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l profile -r -f -a 'mtls nist rfc5280 webpki' -d 'Whose rules; repeatable. [default: mtls]'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l fail-on -r -f -a 'note warn fail' -d 'From which finding on the answer is no.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l ignore -r -f -d 'Pass over a rule, for a reason; repeatable.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l config -r -F -d 'Suppressions, as TOML. [default: .mtlsctl-lint.toml, if it is here]'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l report -r -F -d 'Write a page for an auditor: HTML, without scripts.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l sarif -d 'Say the result as SARIF 2.1.0.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l list-rules -d 'List the rules of the profiles, and look at nothing.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l servername -r -f -d 'The name to ask a server for, and to verify.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l http -r -f -d 'A page for clients with certificates. [default: / on 443 and 8443]'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l timeout -r -f -d 'For connecting, and as long again for the handshake.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l force -d 'Replace files that are already there.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'lint\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'explain\' 0 more' -f -a 'dns-failure connection-refused connection-timeout connection-reset connection-closed handshake-stalled proxy-refused plain-http-port starttls-required starttls-refused starttls-wrong-protocol starttls-on-implicit-tls starttls-injection not-tls proxy-header-missing proxy-header-unexpected protocol-version no-shared-cipher no-shared-group no-shared-sigalg sni-required sni-unrecognized alpn-mismatch client-hello-too-large legacy-renegotiation server-untrusted-root server-self-signed server-missing-intermediate server-cert-expired server-cert-not-yet-valid server-chain-expired server-name-mismatch server-ip-not-in-san server-cn-only server-wrong-eku server-wrong-key-usage server-bad-ca server-pathlen server-name-constraints server-unknown-critical-extension server-bad-signature server-weak-key server-weak-signature server-cert-revoked server-crl-missing server-crl-expired server-ca-rekeyed server-chain-order server-extra-certs server-cert-invalid tls-interception clock-skew client-cert-required client-cert-not-requested client-cert-not-sent client-cert-wrong-sigalg client-cert-untrusted client-cert-self-signed client-cert-missing-intermediate client-cert-expired client-cert-not-yet-valid client-chain-expired client-cert-wrong-eku client-cert-wrong-key-usage client-cert-weak-key client-cert-weak-signature client-cert-revoked client-cert-revocation-unknown client-chain-too-long client-chain-order client-extra-certs client-bad-ca client-ca-rekeyed client-bad-signature client-name-mismatch client-name-constraints client-unknown-critical-extension client-cert-invalid client-cert-not-allowed client-cert-refused-by-app client-cert-refused against-policy stack-refuses other-path ocsp-unusable revocation-exempt staple-missing staple-failed staple-required staple-expired staple-unusable staple-unknown fetch-failed probe-enforced probe-never-asks probe-no-cert-accepted probe-stranger-accepted probe-stolen-accepted probe-leaf-as-ca-accepted probe-expired-accepted probe-not-yet-valid-accepted probe-wrong-eku-accepted probe-revoked-accepted probe-resumption-accepted probe-extra-accepted probe-good-refused probe-no-good probe-application-not-asked probe-no-answer probe-resumed probe-incomplete resumption-refused not-resumed runs-differ client-file-unreadable client-file-invalid client-key-mismatch client-key-encrypted client-cert-weak ca-file-unreadable ca-file-invalid key-file-permissions reload-failed pem-bom pem-utf16 pem-crlf pem-cr-only pem-one-line pem-long-lines pem-indented pem-escaped-newlines pem-url-encoded pem-glued-blocks pem-begin-inside-line pem-dashes pem-blank-lines pem-base64-twice pem-no-frame pem-no-end pem-end-differs pem-wrong-label pem-old-label pem-padding pem-trailing-data pem-stray-data pem-der pem-truncated pem-damaged der-unknown pem-unsupported p12-legacy-algorithms p12-empty-password key-openssh-format key-legacy-encryption odd-encoding malformed cert-expired cert-not-yet-valid ca-rekeyed csr-bad-signature revocation-stale lint-no-san lint-cn-identity lint-cn-not-in-san lint-server-name-kind lint-ip-as-dns lint-bad-name lint-underscore-name lint-wildcard-client lint-wildcard-form lint-wildcard-server lint-san-not-critical lint-spiffe lint-no-eku lint-any-eku lint-two-purposes lint-foreign-purpose lint-no-key-usage lint-key-usage-not-critical lint-no-digital-signature lint-key-usage-unfit lint-key-encipherment lint-leaf-may-sign lint-lifetime lint-lifetime-limit lint-never-valid lint-no-revocation lint-no-rev-avail lint-pointer-scheme lint-pointer-local lint-ocsp-no-check lint-ca-not-critical lint-ca-no-pathlen lint-ca-key-usage lint-ca-no-crl-sign lint-root-eku lint-ca-lifetime lint-outlives-issuer lint-constraints-open lint-constraints-not-critical lint-constraints-leaf lint-ca-with-names lint-ca-no-ski lint-no-aki lint-aki-differs lint-issuer-no-ca lint-issuer-pathlen lint-outside-constraints lint-issuer-did-not-sign lint-serial-invalid lint-serial-guessable lint-serial-twice lint-key-shared lint-leaf-not-first lint-version lint-unknown-critical lint-weak-key lint-rsa-modulus lint-weak-signature lint-request-no-san lint-request-ca lint-request-password lint-crl-no-number lint-crl-no-aki lint-crl-endless lint-crl-long lint-crl-signature lint-pkilint lint-suppression-expired lint-suppression-unused lint-old-tls lint-no-tls13 lint-broken-suite lint-no-forward-secrecy lint-cbc-suite lint-weak-group lint-weak-server-signature lint-no-extended-master-secret lint-resumption nist-key nist-exponent nist-hash nist-2030 nist-lifetime nist-no-tls12 nist-suite nist-group nist-no-approved-group ok verify-disabled expires-soon client-cert-optional portability'
complete -c mtlsctl -n '__mtlsctl_at \'explain\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'explain\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'handshake\' 0' -f
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l identity -r -F -d 'What issue made: cert, key and CA; or a PKCS#12 file.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l cert -r -F -d 'Our certificate, its chain below it: PEM, DER or PKCS#12.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l key -r -F -d 'Its private key, if not in --cert.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l ca -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'Who may vouch for the server. [env var: MTLSCTL_CA]'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l ca-of -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The root of a CA of ours, whatever files there are of that name.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l system-ca -d 'The operating system\'s roots.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l certifi -d 'The public roots of the certifi package: the default.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l tls-min -r -f -a '1.0 1.1 1.2 1.3' -d 'The lowest version of TLS.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l tls-max -r -f -a '1.0 1.1 1.2 1.3' -d 'The highest version of TLS.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l ciphers -r -f -d 'Cipher suites, as OpenSSL writes lists; those of TLS 1.3 too.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l groups -r -f -a 'X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048' -d 'Key exchange groups: X25519MLKEM768:x25519:P-256.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l sigalgs -r -f -a 'ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87' -d 'Signature algorithms: ecdsa_secp256r1_sha256.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l alpn -r -f -d 'A protocol to offer; may be repeated.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l starttls -r -f -a 'ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server' -d 'Begin in plain text: smtp, imap, postgres, ldap, ...'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l proxy -r -f -d 'http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l connect -r -f -d 'Go there, and ask there for the target.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l send-proxy -r -f -a 'v1 v2' -d 'Send a PROXY protocol header first, as haproxy does.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l ipv4 -s 4 -d 'Use IPv4 addresses alone.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l ipv6 -s 6 -d 'Use IPv6 addresses alone.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l trace -d 'Draw the messages of both sides, decrypted.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l keylog -r -F -d 'Add the session\'s secrets to FILE, for Wireshark.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l servername -r -f -d 'The name to ask for and to verify.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l no-servername -d 'Ask for no name; verify it all the same.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l http -r -f -d 'Then send GET PATH, and show the status.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l insecure -d 'Go on, and show our certificate, although the server does not verify.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l targets -r -F -d 'Shake hands with every HOST:PORT in FILE, one on each line; - is stdin.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l jobs -r -f -d 'So many of them at a time.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l repeat -r -f -d 'Shake hands N times with one: do all end alike, how long do they take?'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l resume -d 'Each but the first goes on with the session of the one before; twice, without --repeat.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l timeout -r -f -d 'For connecting, and as long again for the handshake.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l wait -r -f -d 'Wait so long after the handshake for a refusal that comes late.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l crl -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'Refuse whom it revokes; may be repeated.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l staple -d 'Ask for a stapled OCSP response; refuse a server that is revoked by it, or whose staple is no good.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l no-extra-probes -d 'Ask once; else up to 3 more times where causes look alike.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'handshake\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'probe\' 0' -f
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l identity -r -F -d 'What issue made: cert, key and CA; or a PKCS#12 file.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l cert -r -F -d 'Our certificate, its chain below it: PEM, DER or PKCS#12.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l key -r -F -d 'Its private key, if not in --cert.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l ca -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'Who may vouch for the server. [env var: MTLSCTL_CA]'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l ca-of -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'The root of a CA of ours, whatever files there are of that name.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l system-ca -d 'The operating system\'s roots.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l certifi -d 'The public roots of the certifi package: the default.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l tls-min -r -f -a '1.0 1.1 1.2 1.3' -d 'The lowest version of TLS.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l tls-max -r -f -a '1.0 1.1 1.2 1.3' -d 'The highest version of TLS.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l ciphers -r -f -d 'Cipher suites, as OpenSSL writes lists; those of TLS 1.3 too.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l groups -r -f -a 'X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048' -d 'Key exchange groups: X25519MLKEM768:x25519:P-256.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l sigalgs -r -f -a 'ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87' -d 'Signature algorithms: ecdsa_secp256r1_sha256.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l alpn -r -f -d 'A protocol to offer; may be repeated.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l starttls -r -f -a 'ftp imap irc ldap lmtp mysql nats nntp pop3 postgres rdp sieve smtp vnc xmpp xmpp-server' -d 'Begin in plain text: smtp, imap, postgres, ldap, ...'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l proxy -r -f -d 'http://, socks5:// or socks5h://HOST:PORT; none ignores HTTPS_PROXY and ALL_PROXY, where a password is safer.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l connect -r -f -d 'Go there, and ask there for the target.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l send-proxy -r -f -a 'v1 v2' -d 'Send a PROXY protocol header first, as haproxy does.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l ipv4 -s 4 -d 'Use IPv4 addresses alone.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l ipv6 -s 6 -d 'Use IPv6 addresses alone.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l sign-with -r -f -a '(mtlsctl __complete cas 2>/dev/null; __mtlsctl_folders)' -d 'A CA of yours, which the server trusts: signs what is expired, not yet valid, for servers only.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l revoked-cert -r -F -d 'A revoked certificate.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l revoked-key -r -F -d 'Its key, if not in the file.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l expect-refused -r -F -d 'Others that must not get in; repeatable.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l expect-accepted -r -F -d 'Others that must get in; repeatable.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l servername -r -f -d 'The name to ask for and to verify.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l http -r -f -d 'A page for good clients only. [default: / on 443 and 8443]'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l no-http -d 'Ask no application: TLS alone is judged.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l timeout -r -f -d 'For connecting, and as long again for the handshake.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l insecure -d 'Go on although the server does not verify.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'probe\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l password-file -r -F -d 'Password of a key: read it here.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l password-fd -r -f -d '... from a file descriptor.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l password-env -r -f -d '... from a variable.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l password-command -r -f -d '... from a command.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l listen -r -f -d 'Where to listen; port 0 takes a free one.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l identity -r -F -d 'What issue made: cert, key and CA; or a PKCS#12 file.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l cert -r -F -d 'The server\'s certificate, its chain below it.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l key -r -F -d 'Its private key.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l client-ca -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'Who may vouch for clients.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l require -d 'Demand a client certificate; so it is with --client-ca.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l request -d 'Ask for one, and go on without.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l no-client-cert -d 'Do not ask for one.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l crl -r -F -a '(mtlsctl __complete cas 2>/dev/null)' -d 'Refuse whom it revokes; may be repeated.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l lenient -d 'Let everybody in, and tell them why others would not.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l alpn -r -f -d 'A protocol to agree on; may be repeated. Default: h2, http/1.1.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l tls-min -r -f -a '1.0 1.1 1.2 1.3' -d 'The lowest version of TLS.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l tls-max -r -f -a '1.0 1.1 1.2 1.3' -d 'The highest version of TLS.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l ciphers -r -f -d 'Cipher suites, as OpenSSL writes lists.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l groups -r -f -a 'X25519MLKEM768 x25519 P-256 P-384 P-521 x448 ffdhe2048' -d 'Key exchange groups: x25519:P-256.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l sigalgs -r -f -a 'ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pkcs1_sha256 mldsa44 mldsa65 mldsa87' -d 'Signature algorithms, of client certificates too.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l proxy-protocol -d 'Demand a PROXY header; only behind a load balancer.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l timeout -r -f -d 'For one handshake.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l count -r -f -d 'End after N connections.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l once -d 'End after one connection.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'serve\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'completions\' 0' -f -a 'bash zsh fish powershell'
complete -c mtlsctl -n '__mtlsctl_at \'completions\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'completions\'' -l help -s h -d 'Show this help.'

complete -c mtlsctl -n '__mtlsctl_at \'demo\'' -l json -d 'Say the result as one JSON object.'
complete -c mtlsctl -n '__mtlsctl_at \'demo\'' -l help -s h -d 'Show this help.'
