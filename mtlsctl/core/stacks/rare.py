"""Who refuses what is rare: rows for the rules of odd.py and links.py, in the form of those in table.py.

Where chains that run into the same rule were judged differently, the cell is ?.
"""

SERVER = """
#                                          ossl curl p312 p313 node go   java rust bssl gnu  cryp chrm appl
critical-key-id                            R    R    R    R    R    R    R    R    R    A    A    ?    ?
ca-critical-key-id                         R    R    R    R    R    R    R    R    R    A    R    ?    ?
anchor-critical-key-id                     R    R    R    R    R    R    A    A    A    A    R    ?    ?
critical-access                            R    R    R    R    R    R    R    R    R    A    R    ?    ?
ca-critical-access                         R    R    R    R    R    R    R    R    R    A    R    ?    ?
anchor-critical-access                     R    R    R    R    R    R    A    A    A    A    R    ?    ?
critical-rare                              R    R    R    R    R    R    R    R    R    R    R    ?    ?
ca-critical-rare                           R    R    R    R    R    R    R    R    R    R    R    ?    ?
anchor-critical-rare                       R    R    R    R    R    R    A    A    A    R    R    ?    ?
critical-crl-points                        A    A    A    A    A    A    R    A    R    A    R    ?    ?
ca-critical-crl-points                     A    A    A    A    A    A    R    A    R    A    R    ?    ?
anchor-critical-crl-points                 A    A    A    A    A    A    A    A    A    A    R    ?    ?
tls-feature                                A    A    A    A    A    A    A    A    A    R    A    ?    ?
ca-tls-feature                             A    A    A    A    A    A    A    A    A    R    A    ?    ?
anchor-tls-feature                         A    A    A    A    A    A    A    A    A    R    A    ?    ?
ca-policy-constraints                      A    A    A    A    A    A    A    R    A    R    R    ?    ?
anchor-policy-constraints                  A    A    A    A    A    A    A    A    A    R    R    ?    ?
ca-policy-mappings                         A    A    A    A    A    A    A    R    A    R    R    ?    ?
anchor-policy-mappings                     A    A    A    A    A    A    A    A    A    R    R    ?    ?
policy-twice                               A    A    A    A    A    R    A    A    R    A    A    ?    ?
ca-policy-twice                            A    A    A    A    A    R    A    A    R    A    A    ?    ?
anchor-policy-twice                        A    A    A    A    A    R    A    A    A    A    A    ?    ?
policy-empty                               A    A    A    A    A    A    A    A    R    A    A    ?    ?
ca-policy-empty                            A    A    A    A    A    A    A    A    R    A    A    ?    ?
anchor-policy-empty                        A    A    A    A    A    A    A    A    A    A    A    ?    ?
version-1-extensions                       A    A    A    R    A    R    R    R    R    R    R    ?    ?
ca-version-1-extensions                    A    A    A    R    A    R    R    R    R    R    R    ?    ?
anchor-version-1-extensions                A    A    A    R    A    A    R    R    R    R    R    ?    ?
sha224                                     A    A    A    A    A    R    R    R    A    A    R    ?    ?
ca-sha224                                  A    A    A    A    A    R    R    R    A    A    R    ?    ?
anchor-sha224                              A    A    A    A    A    A    A    A    A    A    A    ?    ?
ecdsa-sha3                                 R    R    R    R    R    R    R    R    R    A    R    ?    ?
ca-ecdsa-sha3                              R    R    R    R    R    R    R    R    R    A    R    ?    ?
anchor-ecdsa-sha3                          R    A    R    A    R    A    A    A    A    A    A    ?    ?
rsa-sha3                                   A    A    A    A    A    R    R    R    R    A    R    ?    ?
ca-rsa-sha3                                A    A    A    A    A    R    R    R    R    A    R    ?    ?
anchor-rsa-sha3                            A    A    A    A    A    A    A    A    A    A    A    ?    ?
pss-sha1                                   R    R    R    R    R    R    R    R    R    R    R    ?    ?
ca-pss-sha1                                R    R    R    R    R    R    A    R    R    R    R    ?    ?
anchor-pss-sha1                            A    A    A    A    A    A    A    A    A    A    A    ?    ?
algorithms-differ                          R    R    R    R    R    R    R    R    R    R    R    ?    ?
ca-algorithms-differ                       R    R    R    R    R    R    R    R    R    R    R    ?    ?
anchor-algorithms-differ                   A    A    A    R    A    R    R    R    A    R    R    ?    ?
issuer-spelling                            A    A    A    A    A    R    A    R    A    R    R    ?    ?
ca-issuer-spelling                         A    A    A    A    A    R    A    R    A    R    R    ?    ?
issuer-encoding                            A    A    A    A    A    R    ?    R    A    A    R    ?    ?
ca-issuer-encoding                         A    A    A    A    A    R    ?    R    A    R    R    ?    ?
issuer-serial-mismatch                     R    R    R    R    R    A    A    A    R    A    A    ?    ?
anchor-issuer-serial-mismatch              R    R    R    R    R    A    R    A    R    A    A    ?    ?
anchor-own-serial-mismatch                 R    A    R    A    R    A    A    A    A    A    A    ?    ?
anchor-authority-key-id-mismatch           R    R    R    R    R    A    R    A    R    R    A    ?    ?
anchor-own-key-id-mismatch                 R    A    R    A    R    A    A    A    A    A    A    ?    ?
name-constraints-distance                  A    A    A    A    A    A    A    A    A    A    R    ?    ?
ca-name-constraints-distance               R    R    R    R    R    A    R    R    R    A    A    ?    ?
anchor-name-constraints-distance           R    R    R    R    R    A    A    R    R    A    A    ?    ?
name-constraints-dot                       A    A    A    A    A    R    A    A    A    A    R    ?    ?
ca-name-constraints-dot                    R    R    R    R    R    R    R    R    A    A    R    ?    ?
anchor-name-constraints-dot                R    R    R    R    R    R    A    R    A    A    R    ?    ?
name-constraints-dot-excluded              A    A    A    A    A    R    A    A    A    A    ?    ?    ?
ca-name-constraints-dot-excluded           A    A    A    A    A    R    A    ?    A    A    ?    ?    ?
anchor-name-constraints-dot-excluded       A    A    A    A    A    R    A    ?    A    A    ?    ?    ?
name-constraints-directory                 A    A    A    A    A    R    A    A    A    A    R    ?    ?
ca-name-constraints-directory              A    A    A    A    A    R    A    R    A    A    R    ?    ?
anchor-name-constraints-directory          A    A    A    A    A    R    A    R    A    A    R    ?    ?
name-constraints-directory-excluded        A    A    A    A    A    R    A    A    A    A    R    ?    ?
ca-name-constraints-directory-excluded     A    A    A    A    A    R    A    R    A    R    R    ?    ?
anchor-name-constraints-directory-excluded A    A    A    A    A    R    A    R    A    R    R    ?    ?
name-constraints-other-name                A    A    A    A    A    R    A    A    A    A    R    ?    ?
ca-name-constraints-other-name             A    A    A    A    A    R    A    A    A    ?    A    ?    ?
anchor-name-constraints-other-name         A    A    A    A    A    R    A    A    A    ?    A    ?    ?
name-constraints-registered-id             A    A    A    A    A    R    A    A    A    A    R    ?    ?
ca-name-constraints-registered-id          A    A    A    A    A    R    A    A    A    R    A    ?    ?
anchor-name-constraints-registered-id      A    A    A    A    A    R    A    A    A    R    A    ?    ?
ca-name-constraints-addresses              A    A    A    A    A    A    A    A    R    A    A    ?    ?
anchor-name-constraints-addresses          A    A    A    A    A    A    A    A    R    A    A    ?    ?
name-constraints-empty-name                A    A    A    A    A    A    A    A    A    A    R    ?    ?
ca-name-constraints-empty-name             A    A    A    A    A    A    R    A    A    A    R    ?    ?
anchor-name-constraints-empty-name         A    A    A    A    A    A    A    A    A    A    R    ?    ?
ca-empty-subject                           A    R    A    R    A    A    R    A    A    A    R    ?    ?
anchor-empty-subject                       A    A    A    R    A    A    R    A    A    A    R    ?    ?
critical-policies                          A    A    A    A    A    A    A    R    A    A    R    ?    ?
ca-critical-policies                       A    A    A    A    A    A    A    R    A    A    R    ?    ?
anchor-critical-policies                   A    A    A    A    A    A    A    A    A    A    R    ?    ?
ca-inhibit-any-policy                      A    A    A    A    A    A    A    R    A    A    R    ?    ?
anchor-inhibit-any-policy                  A    A    A    A    A    A    A    A    A    A    R    ?    ?
before-1970                                A    A    A    A    A    A    A    R    A    A    A    ?    ?
ca-before-1970                             A    A    A    A    A    A    A    R    A    A    A    ?    ?
anchor-before-1970                         A    A    A    A    A    A    A    A    A    A    A    ?    ?
authority-key-id-empty                     A    A    A    R    A    A    A    A    A    A    A    ?    ?
ca-authority-key-id-empty                  A    A    A    R    A    A    A    A    A    A    R    ?    ?
leaf-ca-not-critical                       A    A    A    R    A    A    A    R    A    A    R    ?    ?
leaf-path-length                           A    A    A    R    A    A    A    R    A    A    R    ?    ?
netscape-type                              R    R    R    R    R    A    R    A    A    A    A    ?    ?
above-the-leaf                             A    A    A    A    A    A    A    A    A    R    A    ?    ?
nameless                                   ?    ?    ?    R    ?    ?    ?    ?    ?    ?    R    ?    ?
above-the-anchor                           A    A    A    A    A    A    A    A    A    ?    A    ?    ?
namesake-trusted                           R    R    R    R    R    A    A    A    R    A    A    ?    ?
expired-namesake-trusted                   A    A    A    A    A    A    A    A    R    A    A    ?    ?
ca-name-constraints-unfit-name             A    A    A    A    A    R    A    ?    A    A    ?    ?    ?
anchor-name-constraints-unfit-name         A    A    A    A    A    R    A    ?    A    A    ?    ?    ?
expired-twin-first                         A    A    A    A    A    A    A    A    R    R    A    ?    ?
many-certificates                          A    A    A    A    A    A    R    A    A    A    A    ?    ?
duplicate-known-extension                  R    R    R    R    R    R    R    R    R    R    R    ?    ?
rsa-almost-2048                            A    A    A    A    A    A    A    R    A    A    A    ?    ?
ca-rsa-almost-2048                         A    A    A    A    A    A    A    R    A    A    A    ?    ?
rsa-above-8192                             A    A    A    A    A    R    A    R    A    A    A    ?    ?
ca-rsa-above-8192                          A    A    A    A    A    ?    A    R    A    A    A    ?    ?
compressed-point                           A    A    A    A    A    R    R    A    A    R    A    ?    ?
ca-compressed-point                        A    A    A    A    A    R    R    A    A    R    A    ?    ?
rsa-below-528                              R    R    R    R    R    R    R    R    R    R    A    ?    ?
ca-rsa-below-528                           R    R    R    R    R    R    R    R    A    R    R    ?    ?
unique-id                                  A    A    A    A    A    A    A    R    A    A    A    ?    ?
ca-unique-id                               A    A    A    A    A    A    A    R    A    A    A    ?    ?
anchor-unique-id                           A    A    A    A    A    A    A    R    A    A    A    ?    ?
ca-p224                                    A    A    A    A    A    A    R    R    A    A    R    ?    ?
ca-short-curve                             R    R    R    R    A    R    R    R    R    A    R    ?    ?
anchor-server-gated-crypto                 A    A    A    A    A    R    A    A    A    A    R    ?    ?
ca-server-gated-crypto                     A    A    A    A    A    R    A    R    R    ?    R    ?    ?
server-gated-crypto                        A    A    A    A    A    R    A    R    R    R    R    ?    ?
no-host-san                                A    A    A    A    A    R    A    R    A    ?    R    ?    ?
empty-san                                  A    A    A    R    A    R    A    R    A    A    R    ?    ?
large-chain                                A    A    A    A    A    A    R    A    A    A    A    ?    ?
name-with-underscore                       A    A    A    A    A    A    R    A    A    A    R    ?    ?
several-common-names                       A    A    A    A    A    R    A    R    R    R    R    ?    ?
wildcard-at-top                            R    R    R    R    R    A    A    R    A    R    A    ?    ?
partial-wildcard-before                    A    R    R    R    A    R    A    R    R    A    R    ?    ?
partial-wildcard-inside                    R    R    R    R    A    R    A    R    R    R    R    ?    ?
no-tls-key-usage                           R    R    R    R    R    A    R    A    R    R    A    ?    ?
empty-name                                 A    A    A    A    A    A    A    A    A    R    A    ?    ?
mail-not-ascii                             A    A    A    A    A    R    A    A    A    A    A    ?    ?
malformed-uri                              A    A    A    A    A    R    A    A    A    A    A    ?    ?
"""

CLIENT = """
#                                          ossl ngnx apch p312 p313 node go   java rust bssl gnu  cryp
critical-key-id                            R    R    R    R    R    R    R    R    R    R    A    A
ca-critical-key-id                         R    R    R    R    R    R    R    R    R    R    A    R
anchor-critical-key-id                     R    R    R    R    R    R    R    A    A    A    A    R
critical-access                            R    R    R    R    R    R    R    R    R    R    A    R
ca-critical-access                         R    R    R    R    R    R    R    R    R    R    A    R
anchor-critical-access                     R    R    R    R    R    R    R    A    A    A    A    R
critical-rare                              R    R    R    R    R    R    R    R    R    R    ?    R
ca-critical-rare                           R    R    R    R    R    R    R    R    R    R    R    R
anchor-critical-rare                       R    R    R    R    R    R    R    A    A    A    R    R
critical-crl-points                        A    A    A    A    A    A    A    R    A    R    A    R
ca-critical-crl-points                     A    A    A    A    A    A    A    R    A    R    A    R
anchor-critical-crl-points                 A    A    A    A    A    A    A    A    A    A    A    R
tls-feature                                A    A    A    A    A    A    A    A    A    A    A    A
ca-tls-feature                             A    A    A    A    A    A    A    A    A    A    R    A
anchor-tls-feature                         A    A    A    A    A    A    A    A    A    A    R    A
ca-policy-constraints                      A    A    A    A    A    A    A    A    R    A    R    R
anchor-policy-constraints                  A    A    A    A    A    A    A    A    A    A    R    R
ca-policy-mappings                         A    A    A    A    A    A    A    A    R    A    R    R
anchor-policy-mappings                     A    A    A    A    A    A    A    A    A    A    R    R
policy-twice                               A    A    A    A    A    A    R    A    A    R    A    A
ca-policy-twice                            A    A    A    A    A    A    R    A    A    R    A    A
anchor-policy-twice                        A    A    A    A    A    A    R    A    A    A    A    A
policy-empty                               A    A    A    A    A    A    A    A    A    R    A    A
ca-policy-empty                            A    A    A    A    A    A    A    A    A    R    A    A
anchor-policy-empty                        A    A    A    A    A    A    A    A    A    A    A    A
version-1-extensions                       A    A    A    A    R    A    A    R    R    R    R    R
ca-version-1-extensions                    A    A    A    A    R    A    R    R    R    R    R    R
anchor-version-1-extensions                A    A    A    A    R    A    A    R    R    R    R    R
sha224                                     A    A    A    A    A    A    R    R    R    A    A    R
ca-sha224                                  A    A    A    A    A    A    R    R    R    A    A    R
anchor-sha224                              A    A    A    A    A    A    A    A    A    A    A    A
ecdsa-sha3                                 R    R    R    R    R    R    R    R    R    R    A    R
ca-ecdsa-sha3                              R    R    R    R    R    R    R    R    R    R    A    R
anchor-ecdsa-sha3                          R    R    R    R    A    R    A    A    A    A    A    A
rsa-sha3                                   A    A    A    A    A    A    R    R    R    R    A    R
ca-rsa-sha3                                A    A    A    A    A    A    R    R    R    R    A    R
anchor-rsa-sha3                            A    A    A    A    A    A    A    A    A    A    A    A
pss-sha1                                   R    R    R    R    R    R    R    R    R    R    R    R
ca-pss-sha1                                R    R    R    R    R    R    R    A    R    R    R    R
anchor-pss-sha1                            A    A    A    A    A    A    A    A    A    A    A    A
algorithms-differ                          R    R    R    R    R    R    R    R    R    R    R    R
ca-algorithms-differ                       R    R    R    R    R    R    R    R    R    R    R    R
anchor-algorithms-differ                   A    A    A    A    R    A    R    R    R    A    R    R
issuer-spelling                            A    A    A    A    A    A    R    A    R    A    R    R
ca-issuer-spelling                         A    A    A    A    A    A    R    A    R    A    R    R
issuer-encoding                            A    A    A    A    A    A    R    ?    R    A    A    R
ca-issuer-encoding                         A    A    A    A    A    A    R    ?    R    A    R    R
issuer-serial-mismatch                     R    R    R    R    R    R    A    A    A    R    A    A
anchor-issuer-serial-mismatch              R    R    R    R    R    R    A    R    A    R    A    A
anchor-own-serial-mismatch                 R    R    R    R    A    R    A    A    A    A    A    A
anchor-authority-key-id-mismatch           R    R    R    R    R    R    A    R    A    R    R    A
anchor-own-key-id-mismatch                 R    R    R    R    A    R    A    A    A    A    A    A
name-constraints-distance                  A    A    A    A    A    A    A    A    A    A    A    R
ca-name-constraints-distance               A    A    A    A    A    A    A    R    R    A    A    A
anchor-name-constraints-distance           A    A    A    A    A    A    A    A    R    A    A    A
name-constraints-dot                       A    A    A    A    A    A    R    A    A    A    A    R
ca-name-constraints-dot                    ?    ?    ?    ?    ?    ?    R    R    A    A    A    A
anchor-name-constraints-dot                ?    ?    ?    ?    ?    ?    R    A    A    A    A    A
name-constraints-dot-excluded              A    A    A    A    A    A    R    A    A    A    A    ?
ca-name-constraints-dot-excluded           A    A    A    A    A    A    R    A    A    A    A    ?
anchor-name-constraints-dot-excluded       A    A    A    A    A    A    R    A    A    A    A    ?
name-constraints-directory                 A    A    A    A    A    A    R    A    A    A    A    R
ca-name-constraints-directory              A    A    A    A    A    A    R    A    R    A    A    R
anchor-name-constraints-directory          A    A    A    A    A    A    R    A    R    A    A    R
name-constraints-directory-excluded        A    A    A    A    A    A    R    A    A    A    A    R
ca-name-constraints-directory-excluded     A    A    A    A    A    A    R    A    R    A    R    R
anchor-name-constraints-directory-excluded A    A    A    A    A    A    R    A    R    A    R    R
name-constraints-other-name                A    A    A    A    A    A    R    A    A    A    A    R
ca-name-constraints-other-name             A    A    A    A    A    A    R    A    A    A    ?    A
anchor-name-constraints-other-name         A    A    A    A    A    A    R    A    A    A    ?    A
name-constraints-registered-id             A    A    A    A    A    A    R    A    A    A    A    R
ca-name-constraints-registered-id          A    A    A    A    A    A    R    A    A    A    R    A
anchor-name-constraints-registered-id      A    A    A    A    A    A    R    A    A    A    R    A
ca-name-constraints-addresses              A    A    A    A    A    A    A    A    A    ?    A    A
anchor-name-constraints-addresses          ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    ?    A
name-constraints-empty-name                A    A    A    A    A    A    A    A    A    A    A    R
ca-name-constraints-empty-name             A    A    A    A    A    A    A    R    A    A    A    A
anchor-name-constraints-empty-name         A    A    A    A    A    A    A    A    A    A    A    A
ca-empty-subject                           A    A    A    A    R    A    A    R    A    A    A    R
anchor-empty-subject                       A    A    A    A    R    A    A    R    A    A    A    R
critical-policies                          A    A    A    A    A    A    A    A    R    A    A    R
ca-critical-policies                       A    A    A    A    A    A    A    A    R    A    A    R
anchor-critical-policies                   A    A    A    A    A    A    A    A    A    A    A    R
ca-inhibit-any-policy                      A    A    A    A    A    A    A    A    R    A    A    R
anchor-inhibit-any-policy                  A    A    A    A    A    A    A    A    A    A    A    R
before-1970                                A    A    A    A    A    A    A    A    R    A    A    A
ca-before-1970                             A    A    A    A    A    A    A    A    R    A    A    A
anchor-before-1970                         A    A    A    A    A    A    A    A    A    A    A    A
authority-key-id-empty                     A    A    A    A    R    A    A    A    A    A    A    A
ca-authority-key-id-empty                  A    A    A    A    R    A    A    A    A    A    A    R
leaf-ca-not-critical                       A    A    A    A    R    A    A    A    R    A    A    R
leaf-path-length                           A    A    A    A    R    A    A    A    R    A    A    R
netscape-type                              R    R    R    R    R    R    A    R    A    A    A    A
above-the-leaf                             A    A    A    A    A    A    A    A    ?    A    R    A
nameless                                   A    A    A    A    R    A    A    R    A    A    A    R
above-the-anchor                           A    A    A    A    A    A    A    A    A    A    ?    A
namesake-trusted                           R    R    R    R    R    R    A    A    A    R    A    A
expired-namesake-trusted                   A    A    A    A    A    A    A    A    A    R    A    A
ca-name-constraints-unfit-name             A    A    A    A    A    A    R    A    R    A    A    ?
anchor-name-constraints-unfit-name         A    A    A    A    A    A    R    A    R    A    A    ?
expired-twin-first                         A    A    A    A    A    A    A    A    A    R    R    A
many-certificates                          A    A    A    A    A    A    A    R    A    A    A    A
duplicate-known-extension                  R    R    R    R    R    R    R    R    R    R    R    R
rsa-almost-2048                            A    A    A    A    A    A    A    A    A    A    A    A
ca-rsa-almost-2048                         A    A    A    A    A    A    A    A    A    A    A    A
rsa-above-8192                             A    A    A    A    A    A    R    A    R    A    A    A
ca-rsa-above-8192                          A    A    A    A    A    A    R    A    R    A    A    A
compressed-point                           A    A    A    A    A    A    R    R    R    A    R    A
ca-compressed-point                        A    A    A    A    A    A    R    R    R    A    R    A
rsa-below-528                              R    R    R    R    R    R    R    R    R    R    R    A
ca-rsa-below-528                           R    R    R    R    R    R    R    R    R    A    R    R
unique-id                                  A    A    A    A    A    A    A    A    R    A    A    A
ca-unique-id                               A    A    A    A    A    A    A    A    R    A    A    A
anchor-unique-id                           A    A    A    A    A    A    A    A    R    A    A    A
ca-p224                                    A    A    A    A    A    A    A    R    R    A    A    R
ca-short-curve                             R    R    R    R    R    A    R    R    R    R    A    R
empty-san                                  A    A    A    A    R    A    A    A    A    A    A    A
large-chain                                A    A    A    A    A    A    A    R    A    A    A    A
empty-name                                 A    A    A    A    A    A    A    A    A    A    R    A
mail-not-ascii                             A    A    A    A    A    A    R    A    A    A    A    A
malformed-uri                              A    A    A    A    A    A    R    A    A    A    A    A
"""
