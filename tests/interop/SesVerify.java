// Checks the seals of OFD files by Bouncy Castle alone, the library under the field's own programs:
//
//     java -cp /usr/share/java/bcprov.jar tests/interop/SesVerify.java F.ofd…
//
// A line for each seal of each file: the file, the seal's number and six answers. Exit 1 unless all are true.
import java.io.*;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.util.*;
import java.util.regex.*;
import java.util.zip.*;
import org.bouncycastle.asn1.*;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

public class SesVerify {
    static byte[] octets(ASN1Encodable e) {
        return ASN1OctetString.getInstance(e).getOctets();
    }

    static byte[] bits(ASN1Encodable e) {
        return DERBitString.getInstance(e).getOctets();
    }

    static boolean verifies(byte[] certificate, byte[] message, byte[] signature) throws Exception {
        var read = CertificateFactory.getInstance("X.509", "BC")
            .generateCertificate(new ByteArrayInputStream(certificate));
        var check = Signature.getInstance("SM3withSM2", "BC");
        check.initVerify(read.getPublicKey());
        check.update(message);
        try {
            return check.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        }
    }

    static byte[] sm3(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SM3", "BC").digest(bytes);
    }

    static boolean check(String file, Map<String, byte[]> zip, int sign) throws Exception {
        String folder = "Doc_0/Signs/Sign_" + sign + "/";
        byte[] xml = zip.get(folder + "Signature.xml");
        Matcher m = Pattern.compile("FileRef=\"/?([^\"]+)\"[^>]*>\\s*<ofd:CheckValue>([^<]+)<")
            .matcher(new String(xml, "UTF-8"));
        boolean references = true;
        int count = 0;
        while (m.find()) {
            count++;
            byte[] part = zip.get(m.group(1));
            references &= part != null && Arrays.equals(sm3(part), Base64.getDecoder().decode(m.group(2)));
        }
        var whole = ASN1Sequence.getInstance(zip.get(folder + "SignedValue.dat"));
        var toSign = ASN1Sequence.getInstance(whole.getObjectAt(0));
        var seal = ASN1Sequence.getInstance(toSign.getObjectAt(1));
        var info = ASN1Sequence.getInstance(seal.getObjectAt(0));
        byte[] signer = octets(whole.getObjectAt(1));
        boolean signature = verifies(signer, toSign.getEncoded("DER"), bits(whole.getObjectAt(3)));
        boolean sealSignature =
            verifies(octets(seal.getObjectAt(1)), info.getEncoded("DER"), bits(seal.getObjectAt(3)));
        boolean dataHash = Arrays.equals(bits(toSign.getObjectAt(3)), sm3(xml));
        boolean sealFile =
            Arrays.equals(seal.getEncoded("DER"), zip.getOrDefault(folder + "Seal.esl", new byte[0]));
        boolean listed = false;
        for (var c : ASN1Sequence.getInstance(ASN1Sequence.getInstance(info.getObjectAt(2)).getObjectAt(3)))
            listed |= Arrays.equals(octets(c), signer);
        System.out.println(file + " " + sign + " references(" + count + ")=" + references + " dataHash=" + dataHash
            + " signature=" + signature + " sealSignature=" + sealSignature + " sealFile=" + sealFile
            + " signerListed=" + listed);
        return references && count > 0 && dataHash && signature && sealSignature && sealFile && listed;
    }

    public static void main(String[] files) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        boolean good = files.length > 0;
        for (String file : files) {
            Map<String, byte[]> zip = new LinkedHashMap<>();
            try (var in = new ZipInputStream(Files.newInputStream(Path.of(file)))) {
                for (ZipEntry e; (e = in.getNextEntry()) != null; )
                    if (!e.isDirectory()) zip.put(e.getName(), in.readAllBytes());
            }
            int seals = 0;
            for (; zip.containsKey("Doc_0/Signs/Sign_" + seals + "/Signature.xml"); seals++)
                good &= check(file, zip, seals);
            good &= seals > 0;
        }
        System.exit(good ? 0 : 1);
    }
}
