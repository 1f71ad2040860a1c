// A TLS client of the JDK. Arguments: host, port, version, roots, certificate, key (may be empty).
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Client {
  public static void main(String[] words) throws Exception {
    KeyStore roots = empty();
    int number = 0;
    for (Certificate root : certificates(words[3])) roots.setCertificateEntry("root" + number++, root);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(words[4].isEmpty() ? null : keys(words[4], words[5]), trust.getTrustManagers(), null);
    // A socket, since HttpsURLConnection connects a second time where the first one comes to nothing.
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(words[0], Integer.parseInt(words[1]))) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setProtocols(new String[] {"TLSv" + words[2]});
      socket.setSSLParameters(parameters);
      socket.getOutputStream().write(("GET / HTTP/1.0\r\nHost: " + words[0] + "\r\n\r\n").getBytes());
      socket.getInputStream().transferTo(System.out);
    }
  }

  static KeyStore empty() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  static Certificate[] certificates(String path) throws Exception {
    byte[] pem = Files.readAllBytes(Path.of(path));
    return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))
        .toArray(new Certificate[0]);
  }

  static KeyManager[] keys(String cert, String key) throws Exception {
    String text = Files.readString(Path.of(key)).replaceAll("-----[^-]*-----|\\s", "");
    PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text));
    KeyStore store = empty();
    store.setKeyEntry("own", KeyFactory.getInstance("EC").generatePrivate(encoded), new char[0], certificates(cert));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }
}
