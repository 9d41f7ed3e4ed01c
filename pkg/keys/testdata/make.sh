#!/bin/sh
# Makes the fixtures of this folder with OpenSSL 3. They are TEST ONLY: the keys
# are public, and the password of all that is encrypted is "secret".
set -e
cd "$(dirname "$0")"
curve='-newkey ec -pkeyopt ec_paramgen_curve:P-256'
openssl req -x509 $curve -noenc -keyout key.pkcs8.pem -out certificate.pem -subj '/CN=TEST ONLY' -days 36500 2>/dev/null
openssl req -new -key key.pkcs8.pem -subj '/CN=TEST ONLY' -out request.pem
openssl ec -in key.pkcs8.pem -out key.ec.pem 2>/dev/null
openssl ec -in key.pkcs8.pem -aes128 -passout pass:secret -out key.legacy.pem 2>/dev/null
openssl pkcs8 -topk8 -in key.pkcs8.pem -v2 aes-256-cbc -passout pass:secret -out key.aes256.pem
openssl pkcs8 -topk8 -in key.pkcs8.pem -v2 aes-128-cbc -v2prf hmacWithSHA512 -passout pass:secret -out key.sha512.pem
openssl pkcs8 -topk8 -in key.pkcs8.pem -v2 des3 -v2prf hmacWithSHA1 -passout pass:secret -out key.des3.pem
openssl pkcs8 -topk8 -in key.pkcs8.pem -v1 PBE-SHA1-3DES -passout pass:secret -out key.pbes1.pem
openssl pkcs8 -topk8 -in key.pkcs8.pem -scrypt -passout pass:secret -out key.scrypt.pem
openssl pkcs12 -export -inkey key.pkcs8.pem -in certificate.pem -passout pass:secret -out modern.pfx
openssl pkcs12 -export -legacy -inkey key.pkcs8.pem -in certificate.pem -passout pass:secret -out legacy.pfx
openssl pkcs12 -export -inkey key.pkcs8.pem -in certificate.pem -passout pass: -out empty.pfx
openssl crl2pkcs7 -nocrl -certfile certificate.pem -certfile certificate.pem -outform DER -out two.p7b
openssl crl2pkcs7 -nocrl -certfile certificate.pem -out pkcs7.pem
openssl x509 -in certificate.pem -trustout -addtrust serverAuth -out trusted.pem
openssl ec -in key.pkcs8.pem -pubout -out public.pem 2>/dev/null
openssl dsaparam -out dsa.tmp 1024 2>/dev/null
openssl gendsa -out key.dsa.pem dsa.tmp 2>/dev/null
openssl req -x509 -newkey rsa:512 -noenc -keyout /dev/null -out rsa512.pem -subj '/CN=TEST ONLY 512' -days 36500 2>/dev/null
openssl ecparam -name secp256k1 -genkey -noout -out k1.tmp
openssl req -x509 -new -key k1.tmp -out secp256k1.pem -subj '/CN=TEST ONLY k1' -days 36500
openssl req -x509 -new -key key.dsa.pem -out dsa.pem -subj '/CN=TEST ONLY DSA' -days 36500
openssl req -x509 -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -noenc -keyout /dev/null -out rsapss.pem -subj '/CN=TEST ONLY PSS' -days 36500 2>/dev/null
openssl req -x509 -newkey ed25519 -noenc -keyout ed25519.key.pem -out ed25519.pem -subj '/CN=TEST ONLY Ed25519' -days 36500 2>/dev/null
rm k1.tmp dsa.tmp
chmod 644 *
