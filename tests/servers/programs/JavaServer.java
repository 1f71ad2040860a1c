// A TLS server of the JDK. java JavaServer.java PORT VERSION DEMAND CERT KEY CA CRL-or-empty; prints its verdicts, each
// behind the port of the client that it is about.
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class JavaServer {
  public static void main(String[] words) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(words[3], words[4]).getKeyManagers(), trust(words[5], words[6]).getTrustManagers(), null);
    int port = Integer.parseInt(words[0]);
    SSLServerSocket listener = (SSLServerSocket)
        context.getServerSocketFactory().createServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
    listener.setEnabledProtocols(new String[] {"TLSv" + words[1]});
    listener.setNeedClientAuth(words[2].equals("required"));
    if (words[2].equals("optional")) listener.setWantClientAuth(true);
    while (true) serve((SSLSocket) listener.accept());
  }

  static void serve(SSLSocket socket) throws Exception {
    String client = socket.getPort() + " ";
    boolean accepted = false;
    try (socket) {
      socket.setSoTimeout(20000);
      socket.startHandshake();
      accepted = true;
      System.out.println(client + "accepted: " + socket.getSession().getCipherSuite());
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {}
    } catch (java.io.IOException error) {
      Throwable cause = error;
      while (cause.getCause() != null) cause = cause.getCause();
      // A client that hangs up after the verdict is not refused.
      System.out.println(client + (accepted ? "later: " : "refused: ") + error + "; because " + cause);
    }
  }

  static KeyManagerFactory keys(String cert, String key) throws Exception {
    Certificate[] chain;
    try (InputStream in = new FileInputStream(cert)) {
      chain = CertificateFactory.getInstance("X.509").generateCertificates(in).toArray(new Certificate[0]);
    }
    String pem = Files.readString(Path.of(key)).replaceAll("-----[A-Z ]+-----|\\s", "");
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    String algorithm = chain[0].getPublicKey().getAlgorithm();
    store.setKeyEntry("server", KeyFactory.getInstance(algorithm).generatePrivate(spec), new char[0], chain);
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, new char[0]);
    return factory;
  }

  static TrustManagerFactory trust(String ca, String crl) throws Exception {
    CertificateFactory x509 = CertificateFactory.getInstance("X.509");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = new FileInputStream(ca)) {
      for (Certificate each : x509.generateCertificates(in)) store.setCertificateEntry("ca" + store.size(), each);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    if (crl.isEmpty()) {
      factory.init(store);
      return factory;
    }
    PKIXBuilderParameters wanted = new PKIXBuilderParameters(store, new X509CertSelector());
    try (InputStream in = new FileInputStream(crl)) {
      wanted.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(x509.generateCRLs(in))));
    }
    factory.init(new CertPathTrustManagerParameters(wanted));
    return factory;
  }
}
