// The JDK as a client of many servers: java Peers LIST (label, port, name, roots between tabs); a line for each.
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Peers {
  public static void main(String[] words) throws Exception {
    for (String line : Files.readAllLines(Path.of(words[0]))) {
      String[] it = line.split("\t");
      String verdict = "accepts", said = "";
      try {
        visit(Integer.parseInt(it[1]), it[2], Path.of(it[3]));
      } catch (Exception error) {
        Throwable cause = error;
        while (cause.getCause() != null) cause = cause.getCause();
        verdict = "refuses";
        said = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
      }
      System.out.println(it[0] + "\t" + verdict + "\t" + said);
    }
  }

  static void visit(int port, String name, Path roots) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    byte[] pem = Files.readAllBytes(roots);
    for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)))
      store.setCertificateEntry("root" + store.size(), root);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (Socket plain = new Socket("127.0.0.1", port);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true)) {
      socket.setSoTimeout(10000);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes());
      if (socket.getInputStream().read() < 0) throw new Exception("no answer");
    }
  }
}
